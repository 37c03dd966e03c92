import { spawnSync } from 'node:child_process';
import { ConfiguredChannels } from '#app/channels';
import { SmtpSink } from '../support/smtp-sink.js';
import { outbound, presetTexts, samples } from './rendered-presets.js';

/** SpamAssassin calls it spam from 5.0 on; what servers add for their own reasons must have room. */
const MAX_SCORE = 2;
const MINUTES = 60_000;
/** As the first server that a reader trusts would write it. */
const RECEIVED =
  'Received: from mail.birch.example (mail.birch.example [93.184.216.34])\r\n\tby mx.mail.example (Postfix) with ESMTPS id 4ZxY;';

const isInstalled = spawnSync('spamassassin', ['--version']).status === 0;
if (!isInstalled) console.warn('skipped: SpamAssassin is not installed here (Debian: apt-get install spamassassin)');

interface Verdict {
  readonly score: number;
  readonly tests: string;
}

/** Local rules alone: no list on the network, nothing learnt. */
function judge(mails: readonly string[]): Verdict[] {
  const box = mails.map(
    (mail) => `From hello@birch.example Sun Nov 22 12:00:00 2026\n${mail.replaceAll('\r\n', '\n')}\n`,
  );
  const { stdout, stderr } = spawnSync('spamassassin', ['--local', '--mbox'], {
    input: box.join('\n'),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const statuses = [
    ...stdout.matchAll(/^X-Spam-Status: (?:Yes|No), score=(-?[\d.]+)[^]*?tests=([^]*?)(?:autolearn|version)/gm),
  ];
  if (statuses.length !== mails.length)
    throw new Error(
      `${statuses.length} of ${mails.length} were judged: ${stderr.slice(0, 1_000)} ${stdout.slice(0, 1_000)}`,
    );
  return statuses.map(([, score = '', tests = '']) => ({
    score: Number(score),
    tests: tests.replaceAll(/\s+/g, ' ').trim(),
  }));
}

(isInstalled ? describe : describe.skip)('SpamAssassin', () => {
  it(
    'has little against any preset mail',
    async () => {
      const sink = await SmtpSink.start();
      const channels = new ConfiguredChannels({ smtpUrl: sink.url, mailFrom: 'hello@birch.example' });
      const mails = presetTexts.filter(({ source }) => source.mjml !== undefined);
      // each takes a quarter of a second, and names of people change little
      for (const sample of samples.slice(0, 1))
        for (const one of mails) await channels.forMedium('email').send(await outbound(one, sample, []));
      await channels.close();
      await sink.stop();
      const verdicts = judge(sink.mails.map(({ data }) => `${RECEIVED} ${new Date().toUTCString()}\r\n${data}`));
      const bad = verdicts.filter(({ score }) => score >= MAX_SCORE);
      console.info(
        `SpamAssassin: ${verdicts.length} mails, at most ${Math.max(...verdicts.map(({ score }) => score))}`,
      );
      expect(bad).toEqual([]);
    },
    10 * MINUTES,
  );
});
