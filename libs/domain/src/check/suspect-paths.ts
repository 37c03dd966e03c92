import { END, type JourneyPlan, type PlannedStep } from '../journey/plan.js';
import { MAX_MESSAGES, MAX_VISITS, type Suspicion, visitsOf } from './breaks.js';
import { type Exploration, type ExploredStory, runIn } from './explore.js';
import { type CheckInput, placeOf } from './finding.js';
import { type PlayedRun, playStory, sendsOf } from './play.js';
import { waysTo } from './solve.js';
import type { Story } from './story.js';
import { dataFor, storyOf, wished } from './world.js';

/** Ways that nobody takes, and ways that never end. */
export function suspectPaths({ plan }: CheckInput, found: Exploration): Suspicion[] {
  const { refused, stories } = found;
  if (refused) {
    // a journey may wait for its settings, such as an address, before it lets anybody in
    if (`${plan.audience} ${plan.trigger.where}`.includes('settings.')) return [];
    const isAudience = refused.played.refusals.some(({ reason }) => reason === 'audience');
    return [
      {
        pointer: isAudience ? '/audience' : '/trigger',
        code: 'entry.never',
        severity: 'warning',
        message: 'No story was found in which somebody enters this journey; look at its trigger and audience.',
        outcome: 'The event lets nobody in.',
        story: refused.story,
        witness: {},
      },
    ];
  }
  const steps = [...plan.steps.values()];
  return [
    ...steps.flatMap((step) => repeatedCases(step, { plan, others: [] }, stories)),
    ...steps.flatMap((step) => unheardEvents(step, { plan, others: [] }, found)),
    ...steps.flatMap((step) => lateCases(step, { plan, others: [] }, found)),
    ...endlessRuns({ plan, others: [] }, stories),
  ];
}

/** A condition that stands a second time in one step decides nothing any more. */
function repeatedCases(step: PlannedStep, { plan }: CheckInput, stories: readonly ExploredStory[]): Suspicion[] {
  const seen = new Set<string>();
  return (step.kind.expressions?.(step.settings) ?? []).flatMap(({ place, source }) => {
    const isRepeated = seen.has(source) && place.startsWith('cases/');
    seen.add(source);
    const story = isRepeated ? storyThrough(step.id, stories, source) : undefined;
    if (!story) return [];
    return [
      {
        pointer: placeOf(plan, step.id, `/settings/${place}`),
        code: 'path.dead' as const,
        severity: 'warning' as const,
        message: `An earlier case of "${step.id}" asks the same, so this one is never taken; remove it or change its condition.`,
        outcome: 'The condition holds, and the earlier way is taken.',
        story,
        witness: { step: step.id, condition: source },
      },
    ];
  });
}

/** Events that would end a wait, but let the run go another way: an exit hears them first. */
function unheardEvents(
  { id, kind, settings, next }: PlannedStep,
  { plan }: CheckInput,
  found: Exploration,
): Suspicion[] {
  const story = kind.hears ? storyThrough(id, found.stories) : undefined;
  if (!story) return [];
  if (!isFollowed({ id, kind, settings, next }, plan, found)) return [];
  const following = kind.fallsThrough?.(settings) === false ? [] : [next];
  const ways = new Set([...(kind.targets?.(settings) ?? []), ...following]);
  return [...ways]
    .filter((way) => !found.passages.has(`${id}>${way}`))
    .map((way) => ({
      pointer: placeOf(plan, id),
      code: 'path.dead',
      severity: 'warning',
      message: `No run goes from "${id}" to ${way === END ? 'the end' : `"${way}"`}: what would lead there ends the run first, or never comes.`,
      outcome: `The run leaves "${id}" another way.`,
      story,
      witness: { step: id, next: way },
    }));
}

/** Whether the search could make each of the step's events come, and meet its condition. */
function isFollowed({ kind, settings }: PlannedStep, plan: JourneyPlan, { outcomes, unsolved }: Exploration): boolean {
  const sources = (kind.expressions?.(settings) ?? []).map(({ source }) => source);
  const hears = kind.hears?.(settings) ?? [];
  return (
    sources.every((source) => outcomes.has(`true:${source}`) || !unsolved.has(source)) &&
    hears.every(({ where }) => where === undefined || !isClosed(where, plan))
  );
}

/** A condition that no event's data makes true. */
function isClosed(where: string, plan: JourneyPlan): boolean {
  return !waysTo(where, true, plan.document.settings).some((wishes) => dataFor(wishes) !== undefined);
}

/** Cases that come too late: whenever their condition is made to hold, an earlier one decides. */
function lateCases(step: PlannedStep, { plan }: CheckInput, found: Exploration): Suspicion[] {
  const cases = (step.kind.expressions?.(step.settings) ?? []).filter(({ place }) => place.startsWith('cases/'));
  const base = found.stories.find(({ run }) => passes(run, step.id) !== undefined);
  if (!base || cases.length < 2) return [];
  return cases.flatMap(({ place, source }, index) => {
    if (index === 0 || found.outcomes.has(`true:${source}`) || source.includes('settings.')) return [];
    const stories = waysTo(source, true, plan.document.settings).map((wishes) => {
      const world = wished(base.world, wishes);
      return world && storyOf(plan, world);
    });
    const early = stories.map((story) => {
      const run = story && runIn(playStory([plan], story));
      const taken = run && passes(run, step.id);
      return typeof taken === 'number' && taken < index;
    });
    const [story] = stories;
    if (!story || !early.every(Boolean)) return [];
    const earlier = cases[index - 1]?.source ?? source;
    return [
      {
        pointer: placeOf(plan, step.id, `/settings/${place}`),
        code: 'path.dead' as const,
        severity: 'warning' as const,
        message: `Whenever this case of "${step.id}" would hold, an earlier one already decides; put it first or remove it.`,
        outcome: 'An earlier way is taken.',
        story,
        witness: { step: step.id, condition: earlier },
      },
    ];
  });
}

/** Number of the case that a run takes at a branch, or `otherwise`; undefined when it doesn't get there. */
function passes({ lived }: PlayedRun, step: string): unknown {
  for (const { decision } of lived)
    for (const line of decision.journal) if (line.step === step && line.kind === 'passed') return line.data.branch;
  return undefined;
}

function storyThrough(step: string, stories: readonly ExploredStory[], condition?: string): Story | undefined {
  const held = condition === undefined ? undefined : JSON.stringify({ condition, result: true });
  return stories.find(({ run }) =>
    run.lived.some(({ decision }) =>
      decision.journal.some(
        (line) =>
          line.step === step &&
          line.kind !== 'entered' &&
          line.kind !== 'waited' &&
          (held === undefined || JSON.stringify(line.data.conditions ?? []).includes(held)),
      ),
    ),
  )?.story;
}

function endlessRuns({ plan }: CheckInput, stories: readonly ExploredStory[]): Suspicion[] {
  const endless = stories.find(({ run }) => visitsOf(run) > MAX_VISITS);
  const talkative = stories.find(({ run }) => sendsOf(run).length > MAX_MESSAGES);
  return [
    ...(endless
      ? [
          {
            pointer: placeOf(plan, endless.run.state.step ?? plan.first),
            code: 'journey.endless' as const,
            severity: 'error' as const,
            message: `A run comes back to a step more than ${MAX_VISITS} times and doesn't end; lead the loop out by a condition or an exit.`,
            outcome: `After ${endless.run.state.visit} steps the run still goes round.`,
            story: endless.story,
            witness: {},
          },
        ]
      : []),
    ...(talkative
      ? [
          {
            pointer: '/steps',
            code: 'messages.too-many' as const,
            severity: 'error' as const,
            message: `One run sends more than ${MAX_MESSAGES} messages to a person; shorten it or end its loop.`,
            outcome: `${sendsOf(talkative.run).length} messages are sent.`,
            story: talkative.story,
            witness: {},
          },
        ]
      : []),
  ];
}
