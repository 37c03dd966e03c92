import { compileJourney, type JourneyDocument, PermanentError, type SurveyDefinition } from '#app/domain';
import { stepKinds } from '#app/steps';

/**
 * The surveys that a journey asks.
 * @throws PermanentError `journey.invalid` when the stored document no longer compiles
 */
export function surveysOf(document: JourneyDocument): SurveyDefinition[] {
  const result = compileJourney(document, stepKinds);
  if ('faults' in result) {
    throw new PermanentError(
      'journey.invalid',
      `The journey "${document.key}" no longer compiles. Correct it and post it again.`,
      {
        faults: result.faults,
      },
    );
  }
  const surveys = [...result.plan.steps.values()].flatMap(({ kind, settings }) => kind.surveys?.(settings) ?? []);
  return [...new Map(surveys.map((survey) => [survey.key, survey])).values()];
}
