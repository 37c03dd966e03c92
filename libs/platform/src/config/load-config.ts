import { type Fault, PermanentError } from '#app/domain';
import { type Env, type EnvKey, envSchema, relationFaults } from '../../../../config/env.schema.js';
import { Config } from './config.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadConfigOptions {
  /**
   * Given by standalone, which needs neither DATABASE_URL nor SECRET_KEY: returns the key kept in the data folder, making one at
   * the first start. Called only when SECRET_KEY is not set and everything else is right.
   */
  readonly ownSecretKey?: (dataDir: string) => string;
}

/**
 * Reads the settings from the environment. An empty value counts as not set.
 * @throws PermanentError `configuration` naming every fault at once; values are never repeated, they may be secrets.
 */
export function loadConfig(options: LoadConfigOptions = {}, env: Environment = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = envSchema.safeParse(given);
  const faults: Fault[] = (parsed.error?.issues ?? []).map((issue) =>
    faultOf(String(issue.path[0]), issue.code, issue.message),
  );
  for (const { key, message } of relationFaults(given)) faults.push(faultOf(key, 'custom', message));
  if (options.ownSecretKey === undefined) faults.push(...missingIn(given));
  if (!parsed.success || faults.length > 0) throw refusal(faults);
  return new Config(parsed.data, secretKeysOf(parsed.data, options));
}

function* missingIn(given: Environment): Generator<Fault> {
  const required: readonly (readonly [EnvKey, string])[] = [
    ['DATABASE_URL', 'is missing; write e.g. DATABASE_URL=postgresql://afterglow:…@db.example.com:5432/afterglow'],
    ['SECRET_KEY', 'is missing; make one with: openssl rand -base64 48 and give all processes the same'],
  ];
  for (const [key, message] of required) if (given[key] === undefined) yield faultOf(key, 'missing', message);
}

function secretKeysOf(env: Env, { ownSecretKey }: LoadConfigOptions): string[] {
  const present = env.SECRET_KEY ?? ownSecretKey?.(env.DATA_DIR) ?? '';
  return [...new Set([present, ...(env.SECRET_KEY_FALLBACKS ?? [])])];
}

function faultOf(key: string, code: string, message: string): Fault {
  return { pointer: `/${key}`, code, message: `${key} ${message}` };
}

function refusal(faults: readonly Fault[]): PermanentError {
  const lines = faults.map(({ message }) => `  - ${message}.`);
  const count = faults.length === 1 ? 'one setting is' : `${faults.length} settings are`;
  return new PermanentError('configuration', `Afterglow cannot start: ${count} not right.\n${lines.join('\n')}`, {
    faults,
  });
}
