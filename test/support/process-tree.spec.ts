import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cpuSecondsOf, treeOf } from './process-tree.js';

const describeOnLinux = existsSync('/proc/self/stat') ? describe : describe.skip;

describeOnLinux('the processes below one', () => {
  it('are found while they live, with the time they have used', async () => {
    const busy = 'let n = 0; while (process.cpuUsage().user < 100_000) n += 1';
    const script = `require("child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(busy)}]);
      require("child_process").spawn("sleep", ["30"]); console.log("ready"); setInterval(() => {}, 1000)`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const pids = treeOf(child.pid!);
    expect(pids).toContain(child.pid);
    expect(pids).toHaveLength(2);
    // the child that has ended counts as well
    expect(cpuSecondsOf(child.pid!)).toBeGreaterThanOrEqual(0.1);

    const ended = once(child, 'exit');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await ended;
    expect(treeOf(child.pid!)).toEqual([]);
  });
});
