import { Injectable } from '@nestjs/common';
import { compileJourney, type JourneyPlan, PermanentError } from '#app/domain';
import { stepKinds } from '#app/steps';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import { JourneyReader, type StoredVersion } from '../journey-reader.port.js';

/** A stored version with its compiled plan. */
export interface JourneyInForce {
  readonly version: StoredVersion;
  readonly plan: JourneyPlan;
}

/** Versions ready to be decided on. Each is compiled once per process, for as long as the reader keeps it. */
@Injectable()
export class JourneyPlans {
  private readonly compiled = new WeakMap<StoredVersion, JourneyInForce>();

  constructor(private readonly reader: JourneyReader) {}

  async live(tx: Transaction): Promise<JourneyInForce[]> {
    return (await this.reader.live(tx)).map((version) => this.inForce(version));
  }

  async enterable(tx: Transaction): Promise<JourneyInForce[]> {
    return (await this.reader.enterable(tx)).map((version) => this.inForce(version));
  }

  /** By version id. */
  async of(tx: Transaction, versionIds: Iterable<string>): Promise<ReadonlyMap<string, JourneyInForce>> {
    const ids = [...new Set(versionIds)];
    const versions = ids.length === 0 ? new Map<string, StoredVersion>() : await this.reader.versions(tx, ids);
    return new Map([...versions].map(([id, version]) => [id, this.inForce(version)]));
  }

  private inForce(version: StoredVersion): JourneyInForce {
    const known = this.compiled.get(version);
    if (known) return known;
    const result = compileJourney(version.document, stepKinds, 'stored');
    if ('faults' in result) {
      throw new PermanentError(
        'journey.invalid',
        `Version ${version.version} of "${version.key}" no longer compiles. Publish a corrected version.`,
        {
          faults: result.faults,
        },
      );
    }
    const journey = { version, plan: result.plan };
    this.compiled.set(version, journey);
    return journey;
  }
}
