import { setTimeout as sleep } from 'node:timers/promises';
import type { TestBackend } from '../support/describe-backends.js';
import type { AppProcess } from '../support/processes.js';
import { harmsOn } from './queue-harms.js';
import type { FaultRig } from './rig.js';

const AWAY_MS = 5_000;
const SILENT_MS = 20_000;
const MAX_STOP_MS = 90_000;

const EVERY_CONNECTION = `
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;

export interface SoakFault {
  readonly name: string;
  readonly harm: () => Promise<void>;
}

/** Rows of the plan that leave the installation as it was; `spared` are never killed, so that their memory can be followed. */
export function faultsOfASoak(
  backend: TestBackend,
  rig: FaultRig,
  spared: Readonly<Record<'worker' | 'ingest', AppProcess>>,
): readonly SoakFault[] {
  return [...ofProcesses(rig, spared), ...ofTheDatabase(rig), ...ofTheQueue(backend, rig), ...ofProviders(rig)];
}

function ofProcesses(
  rig: FaultRig,
  { worker, ingest }: Readonly<Record<'worker' | 'ingest', AppProcess>>,
): SoakFault[] {
  return [
    { name: 'F01', harm: () => rig.killOne('ingest', ingest) },
    { name: 'F03', harm: () => rig.killOne('worker', worker) },
    {
      name: 'F20',
      harm: async () => {
        rig.stops += 1;
        worker.freeze();
        await sleep(500);
        await rig.oracle.endLeases();
        await rig.oracle.reap();
        await sleep(500);
        worker.thaw();
      },
    },
    {
      name: 'F32',
      harm: async () => {
        const member = rig.apps.findLast(({ name, process }) => name === 'worker' && process && process !== worker);
        if (member) await rig.replace(member, MAX_STOP_MS);
      },
    },
  ];
}

/** Each process may have handed something over at that moment. */
function ofTheDatabase(rig: FaultRig): SoakFault[] {
  const interrupt = (harm: () => Promise<unknown>) => async () => {
    rig.stops += rig.apps.length;
    await harm();
  };
  return [
    {
      name: 'F05',
      harm: interrupt(async () => {
        await rig.cluster.goAway();
        await sleep(AWAY_MS);
        await rig.cluster.comeBack();
      }),
    },
    {
      name: 'F06',
      harm: interrupt(async () => {
        await rig.cluster.crash();
        await rig.cluster.comeBack();
      }),
    },
    { name: 'F08', harm: interrupt(() => rig.sql(EVERY_CONNECTION)) },
    {
      name: 'F40',
      harm: interrupt(async () => {
        rig.database.set({ kind: 'delay', ms: 100 });
        await sleep(AWAY_MS);
        rig.database.set({ kind: 'pass' });
      }),
    },
    {
      name: 'F41',
      harm: interrupt(async () => {
        rig.database.set({ kind: 'black-hole' });
        await sleep(AWAY_MS);
        rig.database.set({ kind: 'pass' });
        rig.database.cut('reset');
      }),
    },
  ];
}

function ofTheQueue(backend: TestBackend, rig: FaultRig): SoakFault[] {
  const { wipe, goAway, comeBack, freeze, fill, empty, cutOff } = harmsOn(backend, () => rig);
  return [
    { name: 'F10', harm: wipe },
    {
      name: 'F11',
      harm: async () => {
        await goAway();
        await sleep(AWAY_MS);
        await comeBack();
      },
    },
    { name: 'F12', harm: () => freeze(AWAY_MS) },
    {
      name: 'F13',
      harm: async () => {
        await fill();
        await sleep(AWAY_MS);
        await empty();
      },
    },
    {
      name: 'F14',
      harm: async () => {
        const proxy = cutOff('waiting');
        await sleep(SILENT_MS);
        proxy.set({ kind: 'pass' });
      },
    },
  ];
}

function ofProviders(rig: FaultRig): SoakFault[] {
  return [
    {
      name: 'F38',
      harm: async () => {
        rig.mails.hooks.onData = () => '451 4.3.0 come again later';
        await sleep(AWAY_MS);
        rig.mails.hooks.onData = undefined;
      },
    },
  ];
}
