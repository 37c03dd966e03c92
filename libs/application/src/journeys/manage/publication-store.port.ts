import type { RunState } from '#app/domain';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { StoredRun } from '../runtime/run-store.port.js';
import type { MigrationPlan } from './migration-plan.js';

export interface Publication {
  readonly id: string;
  readonly journeyId: string;
  readonly fromVersionId: string | null;
  readonly toVersionId: string;
  readonly plan: MigrationPlan;
}

/** Runs that wait at one step of one version. */
export interface WaitingAtStep {
  readonly versionId: string;
  readonly version: number;
  readonly step: string;
  readonly runs: number;
}

/** A run that a publication took over, as it stood before and as it stands now. */
export interface TakenRun {
  readonly run: StoredRun;
  readonly versionIdBefore: string;
  readonly before: RunState;
  readonly seqAfter: number;
}

/** Publications with the runs they took over. Pages go by run id; their runs are locked until the transaction ends. */
export abstract class PublicationStore {
  /** By version, then by step. */
  abstract waiting(tx: Transaction, journeyId: string): Promise<WaitingAtStep[]>;

  /** Waiting runs that are pinned to another version than this one. */
  abstract lockOthers(
    tx: Transaction,
    journeyId: string,
    versionId: string,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<StoredRun[]>;

  abstract record(tx: Transaction, publication: Omit<Publication, 'id'>): Promise<Publication>;

  abstract keep(
    tx: Transaction,
    publicationId: string,
    runs: readonly { readonly before: StoredRun; readonly seqAfter: number }[],
  ): Promise<void>;

  /** The latest one that was not undone; null without any. */
  abstract latest(tx: Transaction, journeyId: string): Promise<Publication | null>;

  abstract lockTaken(
    tx: Transaction,
    publicationId: string,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<TakenRun[]>;

  abstract markUndone(tx: Transaction, publicationId: string): Promise<void>;
}
