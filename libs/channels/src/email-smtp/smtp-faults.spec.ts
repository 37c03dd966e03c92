import { SmtpSink } from '../../../../test/support/smtp-sink.js';
import { aMessage } from '../testing.js';
import { EmailSmtpChannel } from './email-smtp.channel.js';

type Stage = 'greeting' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'dot';
const STAGES: readonly Stage[] = ['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'dot'];
const REPLIES = ['421 busy', '450 later', '452 full', '550 no', '552 too much', '554 refused'] as const;

const SOCKET_TIMEOUT_MS = 400;
/** For a greeting nodemailer waits longer, see smtp-url.ts. */
const GREETING_TIMEOUT_MS = 15_000;

/** By stage, in the order of the replies. D: the server, not the message; t: later; p: never; R: never to this address. */
const VERDICTS: Readonly<Record<Stage, string>> = {
  greeting: 'DDDDDD',
  EHLO: 'DDDDDD',
  MAIL: 'Dttppp',
  RCPT: 'DttRpp',
  DATA: 'Dttppp',
  dot: 'tttppp',
};
const MEANING: Readonly<Record<string, object>> = {
  D: { outcome: 'provider_down' },
  t: { outcome: 'transient' },
  p: { outcome: 'permanent' },
  R: { outcome: 'permanent', suppress: 'recipient' },
};

const matrix = STAGES.flatMap((stage) =>
  REPLIES.map((reply, index) => [reply, stage, MEANING[VERDICTS[stage][index] ?? ''] ?? {}] as const),
);
const silences = STAGES.flatMap((stage) =>
  (['drop', 'hang'] as const).map((answer) => [answer, stage, stage === 'dot' ? 'unknown' : 'transient'] as const),
);

describe('a mail server that fails', () => {
  let sink: SmtpSink;
  let channel: EmailSmtpChannel;
  beforeEach(async () => {
    sink = await SmtpSink.start();
    channel = new EmailSmtpChannel(
      { url: sink.url, from: 'hello@birch.example' },
      { socketTimeoutMs: SOCKET_TIMEOUT_MS },
    );
  });
  afterEach(async () => {
    await channel.close();
    await sink.stop();
  });

  const taken = (): number => sink.mails.filter(({ answer }) => answer.startsWith('2')).length;

  /** On a fresh connection, and where the stage comes again on one that was used before. */
  async function attempts(stage: Stage, answer: (typeof REPLIES)[number] | 'drop' | 'hang') {
    const results = [];
    const again = stage === 'greeting' || stage === 'EHLO' ? [false] : [false, true];
    for (const warmUp of again) {
      sink.hooks.onStage = undefined;
      if (warmUp) await channel.send(aMessage());
      const before = sink.mails.length;
      sink.hooks.onStage = (at) => (at === stage ? answer : undefined);
      results.push(await channel.send(aMessage()));
      // what reached its end got there once
      expect(sink.mails.length - before).toBe(stage === 'dot' ? 1 : 0);
    }
    sink.hooks.onStage = undefined;
    return results;
  }

  it.each(matrix)('by %s at %s', async (reply, stage, verdict) => {
    for (const result of await attempts(stage, reply)) {
      expect(result).toMatchObject({ code: expect.stringContaining(reply.slice(0, 3)), ...verdict });
      expect(result.suppress).toBe('suppress' in verdict ? 'recipient' : undefined);
    }
    const before = taken();
    expect(await channel.send(aMessage())).toMatchObject({ outcome: 'sent' });
    expect(taken()).toBe(before + 1);
  });

  it.each(silences)(
    'by a %s at %s',
    async (answer, stage, outcome) => {
      for (const result of await attempts(stage, answer)) expect(result).toMatchObject({ outcome });
      const before = taken();
      expect(await channel.send(aMessage())).toMatchObject({ outcome: 'sent' });
      expect(taken()).toBe(before + 1);
    },
    GREETING_TIMEOUT_MS + 10_000,
  );
});
