import { Injectable } from '@nestjs/common';
import { type Fault, type IsoInstant, type Json, PermanentError } from '#app/domain';
import { z } from 'zod';
import { type SourceKind, SourceKinds } from '../intake/source-kind.js';
import { IdPort } from '../ports/id.port.js';
import type { Page, PageRequest } from '../ports/page.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { openSecrets, rotateSecrets, sealSecrets } from './source-secrets.js';
import { type Source, Sources } from './sources.repository.js';

export interface NewSource {
  readonly kind: string;
  readonly name: string;
  readonly secret: string;
  readonly settings: Json;
}

export interface RotatedSecret {
  readonly id: string;
  readonly oldSecretValidUntil: IsoInstant;
}

/** A source with the path that its sender calls. */
export interface SourceWithPath extends Source {
  readonly path: string;
}

export interface SourceKindInfo {
  readonly code: string;
  readonly title: string;
  /** JSON Schema of the kind's settings. */
  readonly settings: Json;
}

@Injectable()
export class ManageSources {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sources: Sources,
    private readonly sourceKinds: SourceKinds,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
  ) {}

  kinds(): SourceKindInfo[] {
    return this.sourceKinds.list().map(({ code, title, settings }) => ({
      code,
      title,
      settings: z.toJSONSchema(settings, { io: 'input' }) as unknown as Json,
    }));
  }

  async list(shopId: string, page: PageRequest): Promise<Page<SourceWithPath>> {
    const { items, next } = await this.unitOfWork.inShop(shopId, (tx) => this.sources.list(tx, page));
    return { items: items.map(withPath), next };
  }

  async read(shopId: string, id: string): Promise<SourceWithPath> {
    const source = await this.unitOfWork.inShop(shopId, (tx) => this.sources.find(tx, id));
    if (source === null) throw noSource(id);
    return withPath(source);
  }

  /** @throws PermanentError `validation` with a fault each for kind, secret and settings */
  async create(shopId: string, { kind: code, name, secret, settings }: NewSource): Promise<SourceWithPath> {
    // only kinds that are listed: the others stand for bodies of our own
    const kinds = this.sourceKinds.list();
    const kind = kinds.find((known) => known.code === code);
    if (kind === undefined) {
      const codes = kinds.map((known) => known.code);
      throw invalid([
        {
          pointer: '/kind',
          code: 'unknown',
          message: `There is no source kind "${code}"; choose one of ${codes.join(', ')}.`,
        },
      ]);
    }
    const parsed = kind.settings.safeParse(settings);
    const faults = [...secretFaults(kind, secret), ...(parsed.success ? [] : parsed.error.issues.map(settingsFault))];
    if (faults.length > 0) throw invalid(faults);
    const id = this.ids.next();
    const sealedSecrets = sealSecrets(this.secrets, id, [{ secret, notAfter: null }]);
    await this.unitOfWork.inShop(shopId, (tx) =>
      this.sources.insert(tx, { id, kind: code, name, sealedSecrets, settings: parsed.data as Json }),
    );
    return this.read(shopId, id);
  }

  /** The new secret works at once, the old one for 24 hours more. */
  rotate(shopId: string, id: string, secret: string): Promise<RotatedSecret> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const source = await this.sources.lock(tx, id);
      if (source === null) throw noSource(id);
      const kind = this.sourceKinds.find(source.kind);
      const faults = kind === undefined ? [] : secretFaults(kind, secret);
      if (faults.length > 0) throw invalid(faults);
      const old = openSecrets(this.secrets, id, source.sealedSecrets, source.lockedAt);
      const { secrets, until } = rotateSecrets(old, secret, source.lockedAt);
      await this.sources.changeSecrets(tx, id, sealSecrets(this.secrets, id, secrets));
      return { id, oldSecretValidUntil: until };
    });
  }

  /** Its URL answers 404 from now on. What it told us stays. */
  remove(shopId: string, id: string): Promise<void> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      if ((await this.sources.lock(tx, id)) === null) throw noSource(id);
      await this.sources.remove(tx, id);
    });
  }
}

function withPath(source: Source): SourceWithPath {
  return { ...source, path: `/hooks/${source.id}` };
}

function secretFaults(kind: SourceKind, secret: string): Fault[] {
  const message = kind.refuseSecret?.(secret);
  return message === undefined ? [] : [{ pointer: '/secret', code: 'format', message }];
}

function settingsFault({ path, code, message }: z.core.$ZodIssue): Fault {
  return { pointer: ['/settings', ...path.map(String)].join('/'), code, message };
}

function invalid(faults: Fault[]): PermanentError {
  return new PermanentError('validation', 'The source was not accepted. Mend the named fields and send it again.', {
    faults,
  });
}

function noSource(id: string): PermanentError {
  return new PermanentError('not_found', `This shop has no source ${id}. GET /api/v1/sources lists them.`);
}
