import { type ConsentChange, type Json, MEDIA, type Medium, OPTIONAL_CLASSES, type OptionalClass } from '#app/domain';

/** Who hasn't confirmed by then has not agreed. */
export const CONFIRM_DAYS = 30;

/** What somebody is asked to confirm: consent to all messages on a medium, or to some classes of them. */
export interface AskedConsent {
  readonly medium: Medium;
  readonly classes: readonly OptionalClass[] | undefined;
}

/** What the message of a run asks its reader to confirm; undefined when the run didn't begin by a consent that waits for that. */
export function askedConsent(context: { readonly [name: string]: Json }): AskedConsent | undefined {
  const { event } = context;
  if (!isObject(event) || event['type'] !== 'consent.changed' || !isObject(event['data'])) return undefined;
  // as the event's schema has let it in
  const { channel, state, classes } = event['data'] as unknown as ConsentChange;
  const medium = MEDIA.find((each) => each === channel);
  if (state !== 'pending' || !medium) return undefined;
  return { medium, classes: classes && OPTIONAL_CLASSES.filter((each) => classes.includes(each)) };
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
