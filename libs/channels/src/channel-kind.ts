import type { Channel } from '#app/application';
import { type Medium, PermanentError } from '#app/domain';
import type { z } from 'zod';

/** A kind of outbound channel: one folder, one definition, one line in the registry. */
export interface ChannelKind {
  /** Stored with every message that the channel took. */
  readonly code: string;
  readonly title: string;
  /** The ways of reaching a person that it can serve. */
  readonly media: readonly Medium[];
  readonly settings: z.ZodType;
  /** @throws PermanentError `configuration` when the settings are not what the schema asks for */
  create(settings: unknown, medium: Medium): Channel;
}

interface Definition<S> extends Omit<ChannelKind, 'settings' | 'create'> {
  readonly settings: z.ZodType<S>;
  create(settings: S, medium: Medium): Channel;
}

/** Declares a kind of channel; its `create` receives settings that its own schema has checked. */
export function defineChannelKind<S>(definition: Definition<S>): ChannelKind {
  return {
    ...definition,
    create: (settings, medium) => {
      const parsed = definition.settings.safeParse(settings);
      if (parsed.success) return definition.create(parsed.data, medium);
      const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ');
      throw new PermanentError('configuration', `The channel ${definition.code} cannot be set up: ${faults}.`);
    },
  };
}
