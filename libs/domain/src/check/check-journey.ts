import { breaksRule, type Suspicion } from './breaks.js';
import { explore, type Exploration } from './explore.js';
import { type CheckInput, type Finding, placeOf } from './finding.js';
import { actsOf, playStory } from './play.js';
import { suspectClasses, suspectGates } from './suspect-content.js';
import { suspectCrowds, suspectLateMessages, suspectSends } from './suspect-messages.js';
import { suspectPaths } from './suspect-paths.js';
import { suspectTemplates } from './suspect-templates.js';

export interface Checked {
  readonly findings: readonly Finding[];
  /** The stories that were found on the way, for checks that need rendered messages. */
  readonly exploration: Exploration;
}

/**
 * Looks for what a journey does that it must not do. A bounded search suspects; only what the engine then does in the story is
 * reported. Nothing found proves nothing: conditions that are too clever for the search stay unexplored.
 */
export function checkJourney(input: CheckInput): Checked {
  const exploration = explore(input.plan);
  const { stories } = exploration;
  const suspicions = [
    ...suspectPaths(input, exploration),
    ...suspectCircles(input, exploration),
    ...suspectClasses(input, stories),
    ...suspectLateMessages(input, stories),
    ...suspectCrowds(input, stories),
    ...suspectGates(input, stories),
    ...suspectSends(input, stories),
    ...suspectTemplates(input, stories),
  ];
  return { findings: suspicions.filter((suspicion) => breaksRule(suspicion, input)), exploration };
}

/** Journeys that start one another until the first one starts again. */
function suspectCircles(input: CheckInput, { stories }: Exploration): Suspicion[] {
  for (const { story, run } of stories) {
    const start = actsOf(run).find(({ act }) => act.type === 'start');
    if (!start) continue;
    const { runs } = playStory([input.plan, ...input.others], story);
    const circle = runs.find(({ plan, startedBy }) => startedBy.includes(plan.document.key));
    if (!circle) continue;
    return [
      {
        pointer: placeOf(input.plan, start.step),
        code: 'journey.circle',
        severity: 'error',
        message: `"${circle.plan.document.key}" is started again by what it starts (${circle.startedBy.slice(0, 6).join(', ')}); let one of them end without starting the next.`,
        outcome: `${runs.length} runs begin one after the other.`,
        story,
        witness: { step: start.step, together: true },
      },
    ];
  }
  return [];
}
