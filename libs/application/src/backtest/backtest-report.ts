import type { IsoDate, IsoInstant, Medium, Money } from '#app/domain';

export type Counts = Readonly<Record<string, number>>;

/** What became of the visits to one step: entered = sent + passed + heldOut + the sums of the others. */
export interface BacktestStep {
  readonly step: string;
  readonly entered: number;
  readonly sent: number;
  /** Visits that sent nothing and were not meant to. */
  readonly passed: number;
  readonly heldOut: number;
  readonly skipped: Counts;
  readonly failed: Counts;
  /** At the end of the range: `time` where a time is waited for, `event` where an event alone is, a rule where the message was put off. */
  readonly waiting: Counts;
  readonly exited: Counts;
}

/** A message as one line of a comparison. */
export interface MessageLine {
  readonly customer: string;
  /** The sender's id of the order. */
  readonly order: string | null;
  readonly step: string;
  readonly dueAt: IsoInstant;
  /** When it went out. */
  readonly at: IsoInstant;
}

export interface BacktestDifference {
  /** `live`: what was really sent; `version <n>`: what that version would have sent. */
  readonly against: string;
  readonly onlyBacktest: number;
  readonly onlyOther: number;
  readonly both: number;
  /** Of those in both: how many fell due at another time, or went out more than ten minutes apart. */
  readonly retimed: number;
  readonly examples: {
    readonly onlyBacktest: readonly MessageLine[];
    readonly onlyOther: readonly MessageLine[];
    readonly retimed: readonly (MessageLine & { readonly otherDueAt: IsoInstant; readonly otherAt: IsoInstant })[];
  };
}

/** What the contact rules do to the messages. */
export interface BacktestContact {
  readonly putOff: {
    /** Messages that were put off at least once. */
    readonly messages: number;
    /** Of those, by each rule that put them off. */
    readonly byRule: Counts;
    readonly sentLater: number;
    /** Of those sent later: from when they fell due to when they went out. */
    readonly meanHours: number;
    readonly longestHours: number;
  };
  /** Never sent, by the rule that kept them back. */
  readonly skipped: Counts;
  /** Still put off at the end of the range, by rule. */
  readonly waiting: Counts;
  /** Put off or never sent because of messages of other journeys. */
  readonly heldByOthers: {
    readonly messages: number;
    readonly people: number;
    /** People, by the journey whose messages stood in the way. */
    readonly byJourney: Counts;
  };
}

export interface BacktestCollisions {
  /** Messages of the backtest whose person got a message of another journey on the same day of the shop. */
  readonly messages: number;
  readonly people: number;
  /** Messages of the other journeys on those days, by journey. */
  readonly byJourney: Counts;
  readonly examples: readonly { readonly customer: string; readonly day: IsoDate; readonly journey: string }[];
}

export interface BacktestSample {
  readonly customer: string;
  readonly order: string | null;
  readonly step: string;
  readonly medium: Medium;
  readonly at: IsoInstant;
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  /** Why it could not be rendered. */
  readonly problem: string | null;
}

export interface BacktestReport {
  readonly journey: string;
  readonly version: number;
  readonly from: IsoInstant;
  readonly to: IsoInstant;
  /** Events in the range of the people whom the journey may concern. */
  readonly events: number;
  /** Theirs from before, which make the facts and the runs at its start those of then. */
  readonly earlierEvents: number;
  /** People who entered. */
  readonly people: number;
  readonly entered: number;
  /** Runs that were under way when the range began. */
  readonly carried: number;
  readonly goals: number;
  readonly messages: {
    readonly wouldSend: number;
    /** By day of the shop. */
    readonly byDay: Counts;
    readonly byMedium: Counts;
  };
  /** Never sent, by reason; contact rules included. */
  readonly suppressed: Counts;
  readonly contact: BacktestContact;
  readonly heldOut: number;
  /** What steps would have done besides sending, by kind. */
  readonly acts: Counts;
  readonly funnel: readonly BacktestStep[];
  readonly collisions: BacktestCollisions;
  readonly sms: {
    readonly messages: number;
    /** Parts as networks bill them. */
    readonly segments: number;
    /** Null where no price was given. */
    readonly cost: Money | null;
  };
  readonly sample: readonly BacktestSample[];
  readonly diff: BacktestDifference;
}
