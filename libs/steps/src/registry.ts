import type { StepKind, StepKinds } from '#app/domain';
import { askStep } from './ask/ask.step.js';
import { branchStep } from './branch/branch.step.js';
import { exitStep } from './exit/exit.step.js';
import { sendStep } from './send/send.step.js';
import { waitStep } from './wait/wait.step.js';
import { waitForStep } from './wait-for/wait-for.step.js';

const ALL: readonly StepKind[] = [waitStep, waitForStep, branchStep, sendStep, askStep, exitStep];

const byCode = new Map(ALL.map((kind) => [kind.code, kind]));

/** Every kind of step, in the order in which forms offer them. */
export const stepKinds: StepKinds = {
  find: (code) => byCode.get(code),
  list: () => ALL,
};
