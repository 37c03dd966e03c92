import { execFile } from 'node:child_process';

/** The operating-system user a program runs as; undefined means "as we do". */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface ProgramResult {
  /** Exit status; -1 when it could not be started, was killed or took too long. */
  readonly code: number;
  readonly stdout: string;
  /** What it printed on standard error, or why it could not be started. */
  readonly stderr: string;
  /** `EACCES`, `ENOENT` … when the program could not be started at all. */
  readonly errno?: string;
}

/**
 * A small fixed environment: no secrets and no PG* variables reach the children, and their messages are English.
 * (Windows adds the variables it needs by itself.)
 */
export const childEnvironment: Readonly<Record<string, string>> = {
  LC_ALL: 'C',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/** `/` because our own working directory may be closed to the account. */
export const CHILD_WORKING_DIR = '/';

export function identityOf(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** Runs a program to its end. Never rejects: a failure is a result like any other. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { account?: Account | undefined; timeoutMs?: number } = {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const settings = {
      ...identityOf(options.account),
      cwd: CHILD_WORKING_DIR,
      env: childEnvironment,
      timeout: options.timeoutMs ?? 120_000,
      windowsHide: true,
    };
    const finish = (error: Error | null, stdout: string, stderr: string): void => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      const { code } = error as { code?: unknown };
      if (typeof code === 'number') return resolve({ code, stdout, stderr });
      const errno = typeof code === 'string' ? { errno: code } : {};
      resolve({ code: -1, stdout, stderr: stderr || error.message, ...errno });
    };
    try {
      execFile(file, args, settings, finish);
    } catch (error) {
      // spawn reports a refused uid or gid by throwing
      finish(error as Error, '', '');
    }
  });
}
