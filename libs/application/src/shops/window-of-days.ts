import { endOfDay, type Instant, isIsoDate, PermanentError, startOfDay, toInstant } from '#app/domain';

/**
 * The instants between two times or days of the shop's zone; null where it is open. `to` is excluded; a day is included whole.
 * @throws PermanentError `validation` for an empty window
 */
export function windowOfDays(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  zone: string,
): { from: Instant | null; to: Instant | null } {
  const start = from === undefined ? null : isIsoDate(from) ? startOfDay(from, zone) : toInstant(from);
  const end = to === undefined ? null : isIsoDate(to) ? endOfDay(to, zone) : toInstant(to);
  if (start !== null && end !== null && start >= end) {
    const message = 'The window is empty: "from" is not before "to". Swap them, or leave one out.';
    throw new PermanentError('validation', message, { faults: [{ pointer: '/to', code: 'order', message }] });
  }
  return { from: start, to: end };
}
