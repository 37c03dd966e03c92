import type { IsoInstant, Medium } from '#app/domain';
import type { ProviderHealth } from '../delivery/provider-health.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

export const MESSAGE_STATES = [
  'queued',
  'claimed',
  'handing',
  'sent',
  'failed',
  'unknown',
  'suppressed',
  'expired',
  'held_out',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/**
 * `all`: what comes in is stored and waits, too. `journeys`: it becomes facts, and runs hear of it; nobody enters, no timer rings and
 * nothing goes out.
 */
export type PauseScope = 'all' | 'journeys';

/** `cost` is in minor units of the currency, `messages` a number of them. */
export interface BudgetState {
  readonly medium: Medium;
  readonly of: 'messages' | 'cost';
  readonly limit: number;
  readonly spent: number;
  /** Of a cost. */
  readonly currency: string | null;
  readonly state: 'ok' | 'near' | 'reached';
}

/** How much work waits for whom. Ages are in seconds of business time, null when nothing waits. */
export interface Overview {
  readonly now: IsoInstant;
  readonly paused: IsoInstant | null;
  /** Null while nothing is paused. */
  readonly pauseScope: PauseScope | null;
  readonly inbox: { readonly backlog: number; readonly oldestAgeS: number | null };
  readonly timers: { readonly due: number; readonly oldestAgeS: number | null };
  readonly messages: {
    readonly byState: Readonly<Record<MessageState, number>>;
    readonly due: number;
    readonly oldestAgeS: number | null;
  };
  /** Hand-overs of which nobody knows whether the provider took them. */
  readonly unknown: number;
  readonly deadLetters: number;
  /** Of the shop's present day, where there is a limit. */
  readonly ceilings: readonly {
    readonly medium: Medium;
    readonly limit: number;
    readonly handed: number;
    readonly state: 'ok' | 'near' | 'reached';
  }[];
  /** Of the shop's present month, where there is a limit. */
  readonly budgets: readonly BudgetState[];
  /** Those that anything was handed over to. */
  readonly providers: readonly {
    readonly channel: string;
    /** Of the shop's own; null: that of the installation. */
    readonly account: { readonly id: string; readonly name: string } | null;
    readonly state: ProviderHealth['state'];
    readonly since: IsoInstant | null;
    readonly reason: string | null;
  }[];
}

export interface OverviewView extends Overview {
  /** Media whose opt-ins wait to be confirmed while no live journey asks for it. */
  readonly unaskedOptIns: readonly Medium[];
}

/** Events that can be replayed are done; those being worked on, or set aside, are not. */
export type ReplayOutcome = 'replayed' | 'not_done' | 'dead';

export abstract class ShopOperations {
  abstract overview(tx: Transaction): Promise<Overview>;

  /**
   * Nothing of the shop (in this scope) is claimed from now on, and what workers were deciding on is over.
   * @returns since when it is paused
   */
  abstract pause(tx: Transaction, scope: PauseScope): Promise<IsoInstant>;

  abstract resume(tx: Transaction): Promise<void>;

  /** Puts a stored body back to the start; null when there is none of this id. */
  abstract replay(tx: Transaction, inboxId: string): Promise<ReplayOutcome | null>;
}
