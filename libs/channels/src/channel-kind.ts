import type { Channel, ChannelKindInfo } from '#app/application';
import { type Fault, type Json, type Medium, PermanentError } from '#app/domain';
import { z } from 'zod';
import type { AddressPolicy } from './public-address.js';

/** What the account of a shop may do, and where its provider can tell us of messages. */
export interface AccountPolicy extends AddressPolicy {
  /** By code of the source kind: the address at which this installation hears it. */
  readonly callbackUrls?: Readonly<Record<string, string | undefined>>;
}

/** A kind of outbound channel: one folder, one definition, one line in the registry. */
export interface ChannelKind {
  /** Stored with every message that the channel took. */
  readonly code: string;
  readonly title: string;
  /** The ways of reaching a person that it can serve. */
  readonly media: readonly Medium[];
  /** Of which a shop can have accounts; undefined: of none. */
  readonly info: ChannelKindInfo | undefined;
  faultsOf(settings: unknown): readonly Fault[];
  /** @throws PermanentError `configuration` when the settings are not what the schema asks for */
  outline(settings: unknown): string;
  /**
   * @param policy for the account of a shop; null for the installation's own
   * @throws PermanentError `configuration` when the settings are not what the schema asks for
   */
  create(settings: unknown, medium: Medium, policy: AccountPolicy | null): Channel;
  /** What the provider signs its calls by, told as the source kind `source`; undefined where it tells none. */
  secretOf(settings: unknown, source: string): string | undefined;
}

interface Definition<S> {
  readonly code: string;
  readonly title: string;
  readonly media: readonly Medium[];
  readonly settings: z.ZodType<S>;
  /** Where an account is and who it is, without its secrets; left out where shops can have none. */
  readonly outline?: (settings: S) => string;
  create(settings: S, medium: Medium, policy: AccountPolicy | null): Channel;
  /** The source kind as which the provider tells what became of messages, and what it signs by. */
  readonly callbacks?: { readonly source: string; secretOf(settings: S): string };
}

/** Declares a kind of channel; its `create` receives settings that its own schema has checked. */
export function defineChannelKind<S>(definition: Definition<S>): ChannelKind {
  const { code, title, media, settings: schema, outline, callbacks } = definition;
  const checked = (settings: unknown): S => {
    const parsed = schema.safeParse(settings);
    if (parsed.success) return parsed.data;
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ');
    throw new PermanentError('configuration', `The channel ${code} cannot be set up: ${faults}.`);
  };
  return {
    code,
    title,
    media,
    info: outline && {
      code,
      title,
      media,
      settings: z.toJSONSchema(schema, { io: 'input' }) as unknown as Json,
    },
    faultsOf: (settings) => schema.safeParse(settings).error?.issues.map(faultOf) ?? [],
    outline: (settings) => outline?.(checked(settings)) ?? title,
    create: (settings, medium, policy) => definition.create(checked(settings), medium, policy),
    secretOf: (settings, source) => (callbacks?.source === source ? callbacks.secretOf(checked(settings)) : undefined),
  };
}

function faultOf({ path, code, message }: z.core.$ZodIssue): Fault {
  return { pointer: ['', ...path.map(String)].join('/'), code, message };
}
