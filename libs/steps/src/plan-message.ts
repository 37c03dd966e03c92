import { addDuration, type Medium, type StepContext, type StepDecision, type SurveyDefinition } from '#app/domain';

interface MessageSettings {
  readonly template: string;
  readonly channels: readonly Medium[];
  readonly usefulFor?: string | undefined;
  readonly when?: string | undefined;
}

/** Hands over a message that falls due now, or goes on without it when its condition doesn't hold. */
export function planMessage(
  { template, channels, usefulFor, when }: MessageSettings,
  context: StepContext,
  survey: SurveyDefinition | null,
): StepDecision {
  if (when !== undefined && !context.holds(when)) return { type: 'continue', note: { skipped: 'when' } };
  const usefulUntil = usefulFor === undefined ? null : addDuration(context.at, usefulFor, context.zone);
  return { type: 'continue', send: { template, channels, dueAt: context.at, usefulUntil, survey } };
}
