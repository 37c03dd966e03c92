import { Injectable } from '@nestjs/common';
import { addressOf, type ContactRefusal, type Instant, isPhoneMedium, mayContact, type Medium } from '#app/domain';
import { IdPort } from '../../ports/id.port.js';
import { SecretPort } from '../../ports/secret.port.js';
import { DEFAULT_TEXTS, isServed, type TextSettings } from '../../delivery/text-settings.js';
import { Shops } from '../../shops/shops.repository.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { DecidedSend } from './run-batch.js';
import { type PlannedMessage, type PlannedState, RunStore, type SuppressedAddress } from './run-store.port.js';

export interface Suppressions {
  readonly scopeOf: (medium: Medium, address: string | null) => SuppressedAddress['scope'] | undefined;
  /** Where text messages go. */
  readonly texts: TextSettings;
}

export interface Choice {
  readonly medium: Medium;
  readonly refusal: ContactRefusal | null;
}

/** Makes message rows of what runs have decided to send: picks the medium that reaches the person lawfully. */
@Injectable()
export class PlanMessages {
  constructor(
    private readonly runs: RunStore,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
    private readonly shops: Shops,
  ) {}

  /** Which addresses of these people must not be written to. */
  async suppressions(tx: Transaction, sends: readonly DecidedSend[]): Promise<Suppressions> {
    const fingerprints = this.fingerprints(sends);
    const addresses = [...fingerprints.values()];
    const scopes = new Map<string, SuppressedAddress['scope']>();
    const hasTexts = addresses.some(({ medium }) => isPhoneMedium(medium));
    const [suppressed, texts] = await Promise.all([
      this.runs.suppressed(tx, addresses),
      hasTexts ? this.shops.texts(tx) : DEFAULT_TEXTS,
    ]);
    for (const { medium, fingerprint, scope } of suppressed) scopes.set(`${medium}|${fingerprint}`, scope);
    return {
      scopeOf: (medium, address) => scopes.get(`${medium}|${fingerprints.get(`${medium}|${address}`)?.fingerprint}`),
      texts,
    };
  }

  plan(shopId: string, sends: readonly DecidedSend[], suppressions: Suppressions, now: Instant): PlannedMessage[] {
    return sends.map((send) => {
      const choice = choose(send, suppressions);
      return this.planOne(shopId, send, choice, now);
    });
  }

  /** By medium and address. */
  private fingerprints(sends: readonly DecidedSend[]): Map<string, { medium: Medium; fingerprint: string }> {
    const fingerprints = new Map<string, { medium: Medium; fingerprint: string }>();
    for (const { effect, snapshot } of sends) {
      for (const medium of effect.channels) {
        const address = addressOf(snapshot.customer, medium);
        const key = `${medium}|${address}`;
        if (address !== null && !fingerprints.has(key))
          fingerprints.set(key, { medium, fingerprint: toHex(this.secrets.fingerprint(address, 'address')) });
      }
    }
    return fingerprints;
  }

  private planOne(shopId: string, send: DecidedSend, { medium, refusal }: Choice, now: Instant): PlannedMessage {
    const { effect, tracked, snapshot, entry } = send;
    const { run, journey } = tracked;
    const cause = [shopId, run.id, effect.step, effect.visit, medium, run.customerId].join('|');
    const reason = whyNot(send, refusal, now);
    return {
      id: this.ids.next(),
      key: toHex(this.secrets.sha256(cause)),
      run,
      step: effect.step,
      visit: effect.visit,
      medium,
      class: effect.class,
      template: effect.template,
      survey: effect.survey,
      context: { event: { ...entry }, settings: journey.version.document.settings },
      address: addressOf(snapshot.customer, medium),
      state: stateOf(reason, effect.isHeldOut === true),
      reason,
      dueAt: effect.dueAt,
      expiresAt: effect.usefulUntil,
    };
  }
}

/**
 * Why a message stays; null when it may go. What stood against it when it was decided counts before the end of its run, which came
 * later; of a held-out person's nothing waits to go out, so that the end finds nothing to stop. Batches that are cut otherwise tell the same.
 */
export function whyNot({ effect, tracked }: DecidedSend, refusal: ContactRefusal | null, now: Instant): string | null {
  if (refusal !== null) return refusal;
  if (effect.usefulUntil !== null && effect.usefulUntil <= now) return 'useful-until';
  return tracked.hasExited && effect.isHeldOut !== true ? 'run-exited' : null;
}

/** A held-out person is refused for the same reasons as everybody: what is left would have been sent. */
function stateOf(reason: string | null, isHeldOut: boolean): PlannedState {
  if (reason === null) return isHeldOut ? 'held_out' : 'queued';
  return reason === 'useful-until' ? 'expired' : 'suppressed';
}

/** The first channel that may be used; when none may, the first one with its refusal, so that nothing is dropped in silence. */
export function choose({ effect, snapshot }: DecidedSend, { scopeOf, texts }: Suppressions): Choice {
  let first: Choice | undefined;
  for (const medium of effect.channels) {
    const address = addressOf(snapshot.customer, medium);
    const verdict = mayContact(snapshot.customer, effect.class, medium, scopeOf(medium, address) ?? null);
    const isTooFar = isPhoneMedium(medium) && address !== null && !isServed(texts, address);
    if (verdict.allowed && !isTooFar) return { medium, refusal: null };
    first ??= { medium, refusal: verdict.allowed ? 'country-not-served' : verdict.reason };
  }
  return first ?? { medium: 'email', refusal: 'no-address' };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
