import { Controller, Logger, Post, Req, Res } from '@nestjs/common';
import {
  type CallbackReceipt,
  Metrics,
  RateLimits,
  ReceiveCallback,
  ReceiveWebhook,
  type WebhookReceipt,
} from '#app/application';
import { AfterglowError } from '#app/domain';
import { clientOf } from '#app/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

interface HookRoute {
  Params: { sourceId: string };
}

/**
 * Everything that calls us by webhook. The body is a Buffer here: it is signed as it stands. Answers 202 for what was stored, 200
 * for what was stored before.
 */
@Controller('hooks')
export class IngestController {
  private readonly logger = new Logger(IngestController.name);

  constructor(
    private readonly webhooks: ReceiveWebhook,
    private readonly callbacks: ReceiveCallback,
    private readonly metrics: Metrics,
    private readonly rates: RateLimits,
  ) {}

  @Post(':sourceId')
  async receive(@Req() request: FastifyRequest<HookRoute>, @Res() reply: FastifyReply): Promise<void> {
    try {
      const { sourceId } = request.params;
      if (this.callbacks.takes(sourceId)) await this.hear(sourceId, request, reply);
      else this.answer(await this.webhooks.receive(sourceId, incoming(request)), reply);
    } catch (error) {
      this.metrics.count('afterglow_webhooks_total', {
        kind: 'unknown',
        result: error instanceof AfterglowError ? error.code : 'internal',
      });
      throw error;
    }
  }

  /** What a provider tells the installation: of no use to any shop is no fault of the provider's. */
  private async hear(kind: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { answer, shops } = await this.heard(kind, request);
    this.metrics.count('afterglow_webhooks_total', { kind, result: shops === 0 ? 'nobody' : 'accepted' });
    if (shops === 0) this.logger.warn({ kind }, 'A provider told of a message or a number that is no shop’s');
    if (answer) void reply.code(200).type(answer.contentType).send(answer.body);
    else void reply.code(202).send({ ok: true });
  }

  /** Who forges is told to slow down; what is genuine is let through from the same address, however much it is. */
  private async heard(kind: string, request: FastifyRequest): Promise<CallbackReceipt> {
    try {
      return await this.callbacks.receive(kind, incoming(request));
    } catch (error) {
      const client = clientOf(request.ip);
      const isForged = error instanceof AfterglowError && error.code === 'signature.invalid';
      if (isForged && client !== undefined) this.rates.take('forgery', client);
      throw error;
    }
  }

  private answer(receipt: WebhookReceipt, reply: FastifyReply): void {
    if (receipt.outcome === 'ping') {
      this.metrics.count('afterglow_webhooks_total', { kind: 'unknown', result: 'ping' });
      void reply.code(200).send({ ok: true });
      return;
    }
    const { outcome, eventId, source, answer } = receipt;
    this.metrics.count('afterglow_webhooks_total', { kind: source.kind, result: outcome });
    if (outcome === 'conflict') {
      // the sender can do nothing about it, so it isn't told; the first body stands
      this.logger.warn(
        { shop: source.shopId, source: source.id, event: eventId },
        'The id of an earlier webhook came with another body, which was left out',
      );
    }
    if (answer) void reply.code(200).type(answer.contentType).send(answer.body);
    else if (outcome === 'duplicate') void reply.code(200).send({ id: eventId, duplicate: true });
    else void reply.code(202).send({ id: eventId });
  }
}

/** Node has lower-cased the names and joined repeated headers; only set-cookie would be a list. */
function incoming({ headers, body, url }: FastifyRequest): Parameters<ReceiveWebhook['receive']>[1] {
  const contentType = headers['content-type'] ?? '';
  const end = contentType.indexOf(';');
  return {
    headers: headers as Record<string, string>,
    rawBody: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    path: url,
    contentType: (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase(),
  };
}
