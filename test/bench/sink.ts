/** The SMTP sink in a process of its own: notes when each message reached its final dot. */
import { SmtpSink } from '../support/smtp-sink.js';

export type SinkQuestion = { ask: 'until'; count: number; limitMs: number } | { ask: 'times' } | { ask: 'clear' };

/** Milliseconds since the epoch, with fractions, by recipient */
export type SinkTimes = Record<string, number>;

const now = (): number => performance.timeOrigin + performance.now();

const times = new Map<string, number>();
let doubles = 0;
let notify = (): void => undefined;

const sink = await SmtpSink.start({
  onData: ({ to }) => {
    for (const address of to) {
      if (times.has(address)) doubles += 1;
      times.set(address, now());
    }
    notify();
    return undefined;
  },
});

function until(count: number, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, limitMs);
    notify = () => {
      if (times.size < count) return;
      clearTimeout(limit);
      resolve();
    };
    notify();
  });
}

async function answer(question: SinkQuestion): Promise<unknown> {
  switch (question.ask) {
    case 'until':
      await until(question.count, question.limitMs);
      return { arrived: times.size, doubles };
    case 'times':
      return Object.fromEntries(times);
    case 'clear':
      times.clear();
      sink.ledger.clear();
      doubles = 0;
      return {};
  }
}

process.on('message', (question) => {
  void answer(question as SinkQuestion).then((reply) => process.send?.(reply));
});
process.once('disconnect', () => process.exit(0));
process.send?.({ port: sink.port });
