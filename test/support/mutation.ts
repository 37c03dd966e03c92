import type { FindingCode, JourneyDocument, StepDocument } from '#app/domain';

/** A journey with one fault put into it. `expects`: codes that name the fault; any of them will do. */
export interface Mutant {
  readonly name: string;
  readonly document: JourneyDocument;
  readonly expects: readonly FindingCode[];
  /** Journeys that are live beside it. */
  readonly beside?: readonly JourneyDocument[];
}

export type Mutate = (document: JourneyDocument) => readonly Mutant[];

export const sends = ({ kind }: StepDocument): boolean => kind === 'send' || kind === 'ask';

export const whenOf = ({ audience }: JourneyDocument): string =>
  typeof audience === 'string' ? audience : (audience?.when ?? '');

export const withStep = (document: JourneyDocument, index: number, step: StepDocument): JourneyDocument => ({
  ...document,
  steps: document.steps.map((one, at) => (at === index ? step : one)),
});

export const withSteps = (
  document: JourneyDocument,
  index: number,
  ...steps: readonly StepDocument[]
): JourneyDocument => ({
  ...document,
  steps: [...document.steps.slice(0, index), ...steps, ...document.steps.slice(index)],
});
