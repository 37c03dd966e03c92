import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Durability (fsync, synchronous_commit, full_page_writes) stays at PostgreSQL's defaults: on. */
const DEFAULTS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  wal_compression: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // statements and key values may hold personal data
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** For clusters that are thrown away: a crash may destroy them. */
const UNSAFE: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

export function serverArguments(
  directory: string,
  port: number,
  options: { unsafe: boolean; settings: Readonly<Record<string, string>> },
): string[] {
  const settings = { ...DEFAULTS, ...(options.unsafe ? UNSAFE : {}), ...options.settings };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', directory, '-p', String(port), ...flags];
}

/** Whether the server that runs in the directory was started with just this program and these arguments. */
export async function wasStartedWith(directory: string, program: string, args: readonly string[]): Promise<boolean> {
  const text = await readFile(path.join(directory, 'postmaster.opts'), 'utf8').catch(() => '');
  return text.trim() === [program, ...args.map((arg) => `"${arg}"`)].join(' ');
}
