import { generateKeyPairSync } from 'node:crypto';
import { ConfiguredChannels } from '#app/channels';
import { HtmlValidate } from 'html-validate';
import { SmtpSink } from '../support/smtp-sink.js';
import { verifyDkim } from '../support/verify-dkim.js';
import { classOf, outbound, presetTexts, rendered, samples } from './rendered-presets.js';

const DOMAIN = 'birch.example';
const SELECTOR = 'ag1';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = {
  domain: DOMAIN,
  selector: SELECTOR,
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};
const records = new Map([
  [
    `${SELECTOR}._domainkey.${DOMAIN}`,
    [`v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`],
  ],
]);

/** Gmail shows no more of a mail (102 kB), and hides the line by which one unsubscribes. */
const MAX_HTML_BYTES = 102_000;
/** Signed as one wants it for RFC 8058 and for Gmail. */
const ALWAYS = ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type', 'feedback-id'];
const OF_LISTS = ['list-id', 'list-unsubscribe', 'list-unsubscribe-post'];

/** As for a web page, but for attributes that give way to styles there: some mail programs know nothing else. */
const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:standard', 'html-validate:document'],
  rules: { 'no-deprecated-attr': 'off' },
});

const mails = presetTexts.filter(({ source }) => source.mjml !== undefined);
let sink: SmtpSink;
beforeAll(async () => {
  sink = await SmtpSink.start();
});
afterAll(() => sink.stop());

describe.each(mails)('the mail $name of $key in $locale', (one) => {
  it('is signed so that a receiver verifies it, the ways to unsubscribe included', async () => {
    const channels = new ConfiguredChannels({ smtpUrl: sink.url, mailFrom: `hello@${DOMAIN}` });
    const isService = classOf(one) === 'service';
    for (const sample of samples) {
      const message = await outbound(one, sample, [key]);
      const result = await channels.forMedium('email').send(message);
      expect(result).toMatchObject({ outcome: 'sent' });
      const verdict = await verifyDkim(sink.mails.at(-1)?.data ?? '', records);
      expect(verdict).toMatchObject({ result: 'pass', domain: DOMAIN });
      expect(verdict?.covered).toEqual(expect.arrayContaining([...ALWAYS, 'reply-to', ...(isService ? [] : OF_LISTS)]));
    }
    await channels.close();
  });

  it('is HTML that a validator accepts, and short enough to be shown in full', async () => {
    for (const sample of samples) {
      const { html = '' } = await rendered(one, sample);
      expect(Buffer.byteLength(html)).toBeLessThan(MAX_HTML_BYTES);
      const { results } = await validator.validateString(html);
      const found = results.flatMap(({ messages }) =>
        messages.map(({ ruleId, message, line }) => `${line} ${ruleId}: ${message}`),
      );
      expect(found).toEqual([]);
    }
  });
});
