import type { StepKind, StepKinds } from '#app/domain';
import { askStep } from './ask/ask.step.js';
import { awardPointsStep } from './award-points/award-points.step.js';
import { branchStep } from './branch/branch.step.js';
import { callWebhookStep } from './call-webhook/call-webhook.step.js';
import { exitStep } from './exit/exit.step.js';
import { holdOutStep } from './hold-out/hold-out.step.js';
import { openCaseStep } from './open-case/open-case.step.js';
import { promiseStep } from './promise/promise.step.js';
import { sendStep } from './send/send.step.js';
import { setAttributeStep } from './set-attribute/set-attribute.step.js';
import { splitStep } from './split/split.step.js';
import { startJourneyStep } from './start-journey/start-journey.step.js';
import { stopJourneyStep } from './stop-journey/stop-journey.step.js';
import { tagStep } from './tag/tag.step.js';
import { waitStep } from './wait/wait.step.js';
import { waitForStep } from './wait-for/wait-for.step.js';

const ALL: readonly StepKind[] = [
  waitStep,
  waitForStep,
  branchStep,
  splitStep,
  holdOutStep,
  sendStep,
  askStep,
  setAttributeStep,
  tagStep,
  awardPointsStep,
  openCaseStep,
  promiseStep,
  callWebhookStep,
  startJourneyStep,
  stopJourneyStep,
  exitStep,
];

const byCode = new Map(ALL.map((kind) => [kind.code, kind]));

/** Every kind of step, in the order in which forms offer them. */
export const stepKinds: StepKinds = {
  find: (code) => byCode.get(code),
  list: () => ALL,
};
