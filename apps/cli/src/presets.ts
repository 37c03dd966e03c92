import type { INestApplicationContext } from '@nestjs/common';
import { EnsureFirstShop, InstallPreset } from '#app/application';
import { type Json, PermanentError } from '#app/domain';

export async function listPresets(context: INestApplicationContext): Promise<void> {
  for (const { key, class: messageClass, title, settings } of await context.get(InstallPreset).list()) {
    console.log(`${key.padEnd(20)} ${messageClass.padEnd(10)} ${title}\n${' '.repeat(20)} ${JSON.stringify(settings)}`);
  }
}

export interface InstallOptions {
  readonly key: string;
  readonly publish: boolean;
  /** `name=value` pairs; a value that isn't JSON counts as text. */
  readonly set: readonly string[];
}

export async function installPreset(
  context: INestApplicationContext,
  { key, publish, set }: InstallOptions,
): Promise<void> {
  const settings = Object.fromEntries(set.map(settingOf));
  const { shopId } = await context.get(EnsureFirstShop).run({ withOwnerKey: false });
  const installed = await context.get(InstallPreset).run(shopId, { key, publish, settings });
  console.log(`${installed.key} is ${installed.state}, version ${installed.version}.`);
  for (const { code, message } of installed.warnings) console.log(`warning ${code}: ${message}`);
}

function settingOf(pair: string): [string, Json] {
  const [name, ...rest] = pair.split('=');
  if (!name || rest.length === 0)
    throw new PermanentError('validation', `"${pair}" is no setting; write e.g. --set after=P7D.`);
  const text = rest.join('=');
  try {
    return [name, JSON.parse(text) as Json];
  } catch {
    return [name, text];
  }
}
