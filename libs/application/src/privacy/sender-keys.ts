import type { SearchedBody } from './erasure-store.port.js';

/** Ids that senders gave to events by API: what they are made of is the sender's business, so they may name somebody. */
export function senderKeysOf(
  bodies: readonly Pick<SearchedBody, 'kind' | 'sourceId' | 'body'>[],
): { readonly sourceId: string; readonly key: string }[] {
  return bodies.flatMap(({ kind, sourceId, body }) => {
    const key = kind === 'api' ? idIn(body) : null;
    return key === null ? [] : [{ sourceId, key }];
  });
}

function idIn(body: string): string | null {
  try {
    const event: unknown = JSON.parse(body);
    const id = typeof event === 'object' && event !== null && 'id' in event ? event.id : null;
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}
