import type { EventPattern } from '../journey/document.js';
import type { JourneyPlan, PlannedStep } from '../journey/plan.js';
import { type Instant, toIso } from '../time/instant.js';
import { askedOf, conditionsOf, type Lived, type Played, type PlayedRun, playStory, sendsOf } from './play.js';
import { waysTo, type Wishes } from './solve.js';
import type { Story } from './story.js';
import { dataFor, eventOf, hoursLater, START, storyOf, wished, wishedLater, LATE, WORLD, type World } from './world.js';

/** Stories that are played at most; each takes well under a millisecond. */
const MAX_STORIES = 80;
/** People who are drawn into arms and hold-outs. */
const MAX_PEOPLE = 20;

export interface ExploredStory {
  readonly world: World;
  readonly story: Story;
  readonly played: Played;
  /** The run of the journey that is checked. */
  readonly run: PlayedRun;
}

/** A stretch of waiting. */
export interface Waiting {
  readonly step: string;
  readonly from: Instant;
  /** Null: until something happens. */
  readonly until: Instant | null;
}

export interface Exploration {
  readonly stories: readonly ExploredStory[];
  /** `step>next` of every passage. */
  readonly passages: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
  /** `true:source` and `false:source` of every condition as it came out. */
  readonly outcomes: ReadonlySet<string>;
  /** Conditions that came out one way only and that no way is known to turn. */
  readonly unsolved: ReadonlySet<string>;
  /** A story of an event that let nobody in; null once somebody got in. */
  readonly refused: { readonly story: Story; readonly played: Played } | null;
}

/** Looks for stories that take every way of a journey: each condition both ways, each wait ended by its time and by each event. */
export function explore(plan: JourneyPlan): Exploration {
  return new Explorer(plan).explore();
}

/** Where a run waited, in the order of its life. */
export function waitsOf(run: PlayedRun): readonly Waiting[] {
  return run.lived.flatMap(({ decision }) => {
    const { status, step, stepState, at } = decision.run;
    if (status !== 'waiting' || step === null) return [];
    const { until } = stepState as unknown as { until: Instant | null };
    return [{ step, from: at, until }];
  });
}

/** The run that the story's own trigger begins, not one of an earlier order. */
export function runIn({ runs }: Played): PlayedRun | undefined {
  const at = toIso(START);
  return runs.find(({ state, startedBy }) => state.entry.occurredAt === at && startedBy.length === 0);
}

/** A moment within a wait. */
export function midst({ from, until }: Waiting): Instant {
  if (until === null) return hoursLater(from, 1);
  return Math.min(hoursLater(from, 1), from + Math.floor((until - from) / 2));
}

class Explorer {
  private readonly stories: ExploredStory[] = [];
  private readonly passages = new Set<string>();
  private readonly steps = new Set<string>();
  private readonly outcomes = new Set<string>();
  private readonly unsolved = new Set<string>();
  private readonly tried = new Set<string>();
  private readonly open: World[] = [];
  private left = MAX_STORIES;

  constructor(private readonly plan: JourneyPlan) {}

  explore(): Exploration {
    const { first, refused } = this.firstIn();
    if (first) this.open.push(first);
    this.visitAll();
    if (first) this.drawOthers(first);
    this.visitAll();
    const { stories, passages, steps, outcomes, unsolved } = this;
    return { stories, passages, steps, outcomes, unsolved, refused: stories.length > 0 ? null : refused };
  }

  /** The plainest person whom the journey lets in. */
  private firstIn(): { readonly first?: World; readonly refused: Exploration['refused'] } {
    const { trigger, audience, document } = this.plan;
    const ways = (source: string | null): readonly Wishes[] =>
      source === null ? [[]] : [[], ...waysTo(source, true, document.settings)];
    const isClear = [trigger.where, audience].every((source) => source === null || ways(source).length > 1);
    let refused: Exploration['refused'] = null;
    const starts = [WORLD, LATE].flatMap((base) => ways(trigger.where).map((where) => ({ base, where })));
    for (const { base, where } of starts)
      for (const who of ways(audience)) {
        const world = wished(base, [...where, ...who]);
        if (!world) continue;
        const story = storyOf(this.plan, world);
        const played = playStory([this.plan], story);
        this.left -= 1;
        const run = runIn(played);
        if (run) return { first: run.state.isHeldOut === true ? this.treated(world) : world, refused };
        // only what was made so and still let nobody in says something
        if (where.length + who.length > 0 || (trigger.where === null && audience === null))
          refused ??= { story, played };
      }
    return { refused: isClear ? refused : null };
  }

  /** The same with somebody whom the hold-out leaves alone. */
  private treated(world: World): World {
    for (let number = 2; number < MAX_PEOPLE; number += 1) {
      const other = { ...world, customerId: `person-${number}` };
      const explored = this.playOf(other);
      if (explored && explored.run.state.isHeldOut !== true) return other;
    }
    return world;
  }

  private visitAll(): void {
    for (let world = this.open.shift(); world && this.left > 0; world = this.open.shift()) this.visit(world);
  }

  private visit(world: World): void {
    const explored = this.playOf(world);
    if (!explored) return;
    const isNews = this.note(explored.run);
    if (!isNews && this.stories.length > 0) return;
    this.stories.push(explored);
    this.turnConditions(explored);
    this.interrupt(explored);
  }

  private playOf(world: World): ExploredStory | undefined {
    this.left -= 1;
    const story = storyOf(this.plan, world);
    const played = playStory([this.plan], story);
    const run = runIn(played);
    return run && { world, story, played, run };
  }

  /** What this run shows that none before showed. */
  private note(run: PlayedRun): boolean {
    const before = this.passages.size + this.steps.size + this.outcomes.size;
    for (const { decision } of run.lived) {
      for (const { step, data } of decision.journal) {
        if (step !== null) this.steps.add(step);
        if (step !== null && typeof data.next === 'string') this.passages.add(`${step}>${data.next}`);
        for (const { condition, result } of conditionsOf(data.conditions ?? null))
          this.outcomes.add(`${result}:${condition}`);
      }
    }
    return this.passages.size + this.steps.size + this.outcomes.size > before;
  }

  /** Asks for the other outcome of every condition: from the start, and as news while the run waits. */
  private turnConditions({ world, run }: ExploredStory): void {
    const waits = waitsOf(run);
    for (const lived of run.lived)
      for (const { condition, result } of askedOf(lived.decision)) {
        if (this.outcomes.has(`${!result}:${condition}`)) continue;
        const ways = waysTo(condition, !result, this.plan.document.settings);
        if (ways.length === 0) this.unsolved.add(condition);
        for (const wishes of ways) {
          this.add(withHeard(world, lived, wishes) ?? wished(world, wishes));
          const wait = waits.find(({ from }) => from <= lived.now);
          if (wait) this.add(wishedLater(world, wishes, midst(wait)));
        }
      }
  }

  /** Lets every event that ends a wait, or the run, come while the run waits. */
  private interrupt({ world, run }: ExploredStory): void {
    for (const wait of waitsOf(run)) {
      const step = this.plan.steps.get(wait.step);
      const patterns = [...heardBy(step), ...this.plan.exitOn.map(asPattern)];
      for (const { event, where } of patterns) {
        const key = `${wait.step} ${event} ${where ?? ''}`;
        if (this.tried.has(key)) continue;
        this.tried.add(key);
        const at = midst(wait);
        this.add({ ...world, later: [...world.later, eventOf(event, at)] });
        if (where === undefined) continue;
        for (const want of [true, false])
          for (const wishes of waysTo(where, want, this.plan.document.settings)) {
            const data = dataFor(wishes);
            if (data) this.add({ ...world, later: [...world.later, eventOf(event, at, data)] });
          }
      }
    }
  }

  /** Other people, for what is drawn by lot. */
  private drawOthers(first: World): void {
    if (!isDrawn(this.plan)) return;
    // somebody who would be sent something shows what a lot keeps back
    const base = this.stories.find(({ run }) => sendsOf(run).length > 0)?.world ?? first;
    for (let number = 2; number < MAX_PEOPLE; number += 1) {
      const explored = this.playOf({ ...base, customerId: `person-${number}` });
      if (explored) this.meet(explored);
    }
  }

  /** Keeps a person to whom something new happens, and the first one who is held out. */
  private meet(explored: ExploredStory): void {
    const isNews = this.note(explored.run);
    const isFirstHeldOut =
      explored.run.state.isHeldOut === true && this.stories.every(({ run }) => run.state.isHeldOut !== true);
    if (isNews || isFirstHeldOut) this.stories.push(explored);
    if (isNews) this.interrupt(explored);
  }

  private add(world: World | undefined): void {
    if (!world) return;
    const key = JSON.stringify(world);
    if (this.tried.has(key)) return;
    this.tried.add(key);
    this.open.push(world);
  }
}

/** Whether anything is decided by lot. */
function isDrawn({ steps }: JourneyPlan): boolean {
  return [...steps.values()].some(
    ({ kind, settings }) => kind.holdsOut === true || ((kind.targets?.(settings).length ?? 0) > 0 && !kind.expressions),
  );
}

/** The event that the decision was told of, with other data. */
function withHeard(world: World, { input }: Lived, wishes: Wishes): World | undefined {
  const data = dataFor(wishes);
  if (input.type !== 'event' || !data) return undefined;
  const later = world.later.map((event) =>
    event.type === input.event.type ? eventOf(event.type, event.at, { ...event.data, ...data }) : event,
  );
  return { ...world, later };
}

function heardBy(step: PlannedStep | undefined): readonly EventPattern[] {
  return step?.kind.hears?.(step.settings) ?? [];
}

function asPattern({ event, where }: { event: EventPattern['event']; where: string | null }): EventPattern {
  return where === null ? { event } : { event, where };
}
