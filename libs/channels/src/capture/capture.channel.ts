import type { Channel, HandOverResult, OutboundMessage } from '#app/application';
import { MEDIA, type Medium } from '#app/domain';
import { z } from 'zod';
import { defineChannelKind } from '../channel-kind.js';

/** Sends nothing: delivery stores what would have gone out, and the API shows it. Counts as sent. */
export class CaptureChannel implements Channel {
  readonly code = 'capture';
  readonly title = 'Capture';
  readonly concurrency = 50;
  readonly timeoutMs = 1_000;

  constructor(readonly medium: Medium) {}

  async send(message: OutboundMessage): Promise<HandOverResult> {
    return { outcome: 'sent', phase: 'answered', providerRef: `capture-${message.id}`, code: null, detail: null };
  }

  async close(): Promise<void> {}
}

export const capture = defineChannelKind({
  code: 'capture',
  title: 'Capture',
  media: MEDIA,
  settings: z.object({}),
  create: (_settings, medium) => new CaptureChannel(medium),
});
