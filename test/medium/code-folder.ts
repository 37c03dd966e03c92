import {
  ApplyCode,
  type CodeFile,
  MigrateCode,
  PlanCode,
  readCode,
  readMigrations,
  type Remembered,
} from '#app/application';
import { PgJourneyStore, PgPublicationStore } from '#app/persistence';
import { UuidV7Ids } from '#app/platform';
import type { JourneyRig } from './journeys-rig.js';
import { PlainTemplates } from './plain-templates.js';

const OPTIONS = { publish: false, archiveMissing: false, force: false };

/** A folder in memory. */
export class CodeFolderInMemory {
  files = new Map<string, string>();
  /** By name, such as `thanks.yaml`. */
  migrations = new Map<string, string>();
  remembered: Remembered = {};

  constructor(
    private readonly rig: JourneyRig,
    private readonly planner = new PlanCode(
      rig.unitOfWork,
      new PgJourneyStore(),
      new PlainTemplates(),
      rig.secrets,
      rig.checks,
    ),
  ) {}

  get all(): CodeFile[] {
    return [...this.files].map(([name, text]) => ({ name, text }));
  }

  async pull(force = false) {
    const pulled = await this.planner.pull(this.rig.shop.id, this.all, this.remembered, { force });
    for (const { name, text } of pulled.writes) this.files.set(name, text);
    this.remembered = pulled.remembered;
    return pulled;
  }

  edit(name: string, from: string, to: string): void {
    const text = this.files.get(name) ?? '';
    if (!text.includes(from)) throw new Error(`${name} has no "${from}".`);
    this.files.set(name, text.replaceAll(from, to));
  }

  plan() {
    const { migrations } = this.readMigrations();
    return this.planner.plan(this.rig.shop.id, readCode(this.all), this.remembered, migrations);
  }

  async waiting() {
    const { changes } = await this.plan();
    return this.migrator().waiting(this.rig.shop.id, changes, this.readMigrations().migrations);
  }

  migrate() {
    return this.migrator().run(this.rig.shop.id, readCode(this.all).journeys, this.readMigrations().migrations);
  }

  readMigrations() {
    const files = [...this.migrations].map(([name, text]) => ({ name: `migrations/${name}`, text }));
    return readMigrations(files, readCode(this.all).journeys);
  }

  async kinds(): Promise<string[]> {
    const { changes } = await this.plan();
    return changes.map(({ key, kind, isDrifted }) => `${key} ${kind}${isDrifted ? ' drifted' : ''}`);
  }

  async apply(options: Partial<typeof OPTIONS> = {}): Promise<string[]> {
    const { rig } = this;
    const ids = new UuidV7Ids();
    const publications = new PgPublicationStore(ids);
    const code = readCode(this.all).journeys;
    const use = new ApplyCode(
      rig.unitOfWork,
      new PgJourneyStore(),
      publications,
      new PlainTemplates(),
      rig.secrets,
      ids,
      rig.hints,
      rig.checks,
      rig.makePlanner(),
    );
    const { migrations } = this.readMigrations();
    const { done, remembered } = await use.run(rig.shop.id, code, this.remembered, {
      ...OPTIONS,
      migrations,
      ...options,
    });
    this.remembered = remembered;
    return done.map(({ deed, key, version }) => `${deed} ${key} ${version}`);
  }

  private migrator(): MigrateCode {
    const { publications, runs } = this.rig.makeTakeOver();
    return new MigrateCode(this.rig.unitOfWork, new PgJourneyStore(), publications, runs);
  }
}
