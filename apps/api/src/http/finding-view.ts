import type { journeyFinding } from '#app/contracts';
import { type Finding, type Story, toldOf } from '#app/domain';
import type { z } from 'zod';

export function findingView(finding: Finding): z.input<typeof journeyFinding> {
  const { code, severity, pointer, message, outcome, story, against } = finding;
  return {
    code,
    severity,
    pointer,
    message,
    outcome,
    story: storyView(story),
    against: against ? storyView(against) : null,
  };
}

function storyView(story: Story) {
  return toldOf(story).map((event) => ({ ...event, data: { ...(event.data as object) } }));
}
