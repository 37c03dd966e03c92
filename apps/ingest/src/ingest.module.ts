import { readFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { ReceiveMail } from '#app/application';
import { PermanentError } from '#app/domain';
import { Config } from '#app/platform';
import { MailListener, type MailListenerSettings } from '#app/sources';
import { IngestController } from './ingest.controller.js';

/** Webhooks and mail in. Stands on the infrastructure module. */
@Module({
  controllers: [IngestController],
  providers: [
    {
      provide: MailListener,
      useFactory: (config: Config, receive: ReceiveMail) => new MailListener(settingsOf(config), receive),
      inject: [Config, ReceiveMail],
    },
  ],
})
export class IngestModule {}

function settingsOf({ inboundMail: { domain, port, host, tls } }: Config): MailListenerSettings | undefined {
  if (domain === null || port === undefined) return undefined;
  return { port, host, name: domain, tls: tls && { key: textOf(tls.key), cert: textOf(tls.cert) } };
}

/** @throws PermanentError `configuration` */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PermanentError(
      'configuration',
      `INBOUND_SMTP_KEY and INBOUND_SMTP_CERT name files; ${file} can't be read. Mend the path, or remove both settings.`,
      { cause },
    );
  }
}
