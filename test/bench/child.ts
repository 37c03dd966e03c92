import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';

/** One of the programs of this folder in a process of its own. It sends `{ port }` when it listens, and answers questions. */
export class BenchChild {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(program: string, env: Record<string, string>): Promise<BenchChild> {
    const file = path.join(import.meta.dirname, `${program}.js`);
    const { PATH = '', HOME = '' } = process.env;
    const child = fork(file, { env: { PATH, HOME, ...env }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const kill = (): boolean => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const { port } = await answerOf<{ port: number }>(child);
    return new BenchChild(child, port);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  ask<T>(question: object): Promise<T> {
    const answer = answerOf<T>(this.child);
    this.child.send(question);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      reject(new Error(`A program of the bench ended with ${code}.`));
    };
    const onMessage = (message: unknown): void => {
      child.off('exit', onExit);
      resolve(message as T);
    };
    child.once('exit', onExit);
    child.once('message', onMessage);
  });
}
