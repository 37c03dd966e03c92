import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HintPort, QUEUE_NAMES, type QueueName } from '#app/application';
import { type ConnectionOptions, Queue } from 'bullmq';
import { senderConnection } from './queue-connection.js';
import type { QueueSettings } from './queue-settings.js';

/** Two hints to one queue within this time become one: the job that follows finds the rows of both. */
const MIN_GAP_MS = 8;
/** The same where this process does the work itself: other processes help when it lasts. */
const HELPED_GAP_MS = 200;
const MAX_WAIT_MS = 200;
const REOPEN_EVERY_MS = 2_000;

/** Hints as BullMQ jobs without data. */
@Injectable()
export class BullHints extends HintPort implements OnApplicationShutdown {
  private readonly senders: ReadonlyMap<QueueName, HintSender>;
  private readonly listeners = new Map<QueueName, () => Promise<unknown>>();
  private readonly running = new Set<Promise<unknown>>();
  private readonly disconnect: () => void;

  /** @param onLost told about hints that could not be sent; the rows are found by the sweepers all the same */
  constructor(settings: QueueSettings, onLost: (queue: QueueName, error: unknown) => void) {
    super();
    const { connection, close } = senderConnection(settings);
    this.disconnect = close;
    this.senders = new Map(
      QUEUE_NAMES.map((name) => {
        const lost = (error: unknown): void => onLost(name, error);
        return [name, new HintSender(() => openQueue(name, connection, settings.prefix, lost), lost)];
      }),
    );
  }

  get queues(): readonly Queue[] {
    return [...this.senders.values()].map((sender) => sender.queue);
  }

  /** A worker in this very process hears of its work at once; jobs still go out for the others, but fewer. */
  listen(queue: QueueName, listener: () => Promise<unknown>): void {
    this.listeners.set(queue, listener);
    this.senders.get(queue)?.slowDown();
  }

  override async settled(): Promise<boolean> {
    while (this.running.size > 0) await Promise.all(this.running);
    return this.listeners.size > 0;
  }

  hint(queue: QueueName): void {
    const listener = this.listeners.get(queue);
    if (listener) this.track(listener());
    this.senders.get(queue)?.send();
  }

  /** A run that fails here is no loss: the job of the same hint, or a sweeper, tries again and reports. */
  private track(run: Promise<unknown>): void {
    const ended = run.catch(() => undefined).finally(() => this.running.delete(ended));
    this.running.add(ended);
  }

  /** Resolves when the store answers. */
  async ping(): Promise<void> {
    await this.queues[0]?.getJobCounts('wait');
  }

  async onApplicationShutdown(): Promise<void> {
    for (const sender of this.senders.values()) sender.stop();
    await Promise.allSettled(this.queues.map((queue) => queue.close()));
    this.disconnect();
  }
}

function openQueue(
  name: QueueName,
  connection: ConnectionOptions,
  prefix: string,
  onError: (error: unknown) => void,
): Queue {
  const queue = new Queue(name, {
    connection,
    prefix,
    skipVersionCheck: true,
    defaultJobOptions: { attempts: 1, removeOnComplete: { age: 300 }, removeOnFail: { age: 3_600 } },
  });
  queue.on('error', onError);
  return queue;
}

/** Sends at once when idle; while a hint is under way or just went, further ones wait together for the next. */
class HintSender {
  private isBusy = false;
  private isWanted = false;
  private isStopped = false;
  private gapMs = MIN_GAP_MS;
  private hasWorked = false;
  private openedAtMs = performance.now();
  queue: Queue;

  constructor(
    private readonly open: () => Queue,
    private readonly onLost: (error: unknown) => void,
  ) {
    this.queue = open();
  }

  send(): void {
    if (this.isStopped) return;
    if (this.isBusy) {
      this.isWanted = true;
      return;
    }
    this.isBusy = true;
    void this.add();
  }

  slowDown(): void {
    this.gapMs = HELPED_GAP_MS;
  }

  stop(): void {
    this.isStopped = true;
  }

  /** A queue that was opened while PostgreSQL refused us keeps refusing, whatever becomes of PostgreSQL. */
  private reopen(): void {
    const nowMs = performance.now();
    if (this.hasWorked || nowMs - this.openedAtMs < REOPEN_EVERY_MS) return;
    this.openedAtMs = nowMs;
    this.queue.close().catch(() => undefined);
    this.queue = this.open();
  }

  private async add(): Promise<void> {
    const pause = delay(this.gapMs);
    try {
      await Promise.race([this.queue.add('hint', {}), rejectAfter(MAX_WAIT_MS)]);
      this.hasWorked = true;
    } catch (error) {
      this.onLost(error);
      if (!(error instanceof LateAnswer)) this.reopen();
    }
    await pause;
    this.isBusy = false;
    if (this.isWanted) {
      this.isWanted = false;
      this.send();
    }
  }
}

class LateAnswer extends Error {}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

function rejectAfter(ms: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new LateAnswer(`The queue did not answer within ${ms} ms.`)), ms).unref();
  });
}
