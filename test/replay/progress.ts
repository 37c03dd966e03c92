import cliProgress from 'cli-progress';

export interface Progress {
  add(count: number): void;
  end(): void;
}

/** A bar on a terminal, else a line at every tenth. Both on stderr. */
export function startProgress(title: string, total: number): Progress {
  return process.stderr.isTTY ? bar(title, total) : lines(title, total);
}

function bar(title: string, total: number): Progress {
  const shown = new cliProgress.SingleBar({
    format: `${title} {bar} {percentage} % | {value}/{total} | {duration_formatted}`,
    stream: process.stderr,
    hideCursor: true,
  });
  shown.start(total, 0);
  return { add: (count) => shown.increment(count), end: () => shown.stop() };
}

function lines(title: string, total: number): Progress {
  let done = 0;
  let tenth = 0;
  const startedAt = performance.now();
  return {
    add: (count) => {
      done += count;
      const reached = total === 0 ? 10 : Math.floor((done * 10) / total);
      if (reached === tenth) return;
      tenth = reached;
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      process.stderr.write(`${title}: ${tenth * 10} % after ${seconds} s\n`);
    },
    end: () => undefined,
  };
}
