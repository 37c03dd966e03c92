import { aContext, parsed, refusal } from '../testing.js';
import { askStep } from './ask.step.js';

const survey = { key: 'delivery-csat', metric: 'csat', question: { en: 'How was it?' } };
const settings = { survey, template: 'ask', channels: ['email'] };

describe('ask', () => {
  it('sends the survey with the default scale of its metric', () => {
    expect(askStep.enter(parsed(askStep, settings), aContext('2026-05-04T10:00:00Z'))).toMatchObject({
      type: 'continue',
      send: {
        template: 'ask',
        survey: { ...survey, scale: { min: 1, max: 5, polarity: 'higher-better', topK: 2 }, anchors: {} },
      },
    });
  });

  it('keeps a scale of its own', () => {
    const scale = { min: 1, max: 5, polarity: 'lower-better', topK: 2 };
    const own = parsed(askStep, { ...settings, survey: { ...survey, metric: 'ces', scale } });
    expect(askStep.enter(own, aContext('2026-05-04T10:00:00Z'))).toHaveProperty('send.survey.scale', scale);
  });

  it.each([
    [{ scale: { min: 5, max: 1, polarity: 'higher-better', topK: 2 } }, 'min below max'],
    [{ scale: { min: 1, max: 5, polarity: 'higher-better', topK: 5 } }, 'topK'],
    [{ question: {} }, 'at least one language'],
    [{ key: 'Delivery CSAT' }, 'lower-case'],
  ])('refuses %j', (fault, sentence) => {
    expect(refusal(askStep, { ...settings, survey: { ...survey, ...fault } })).toContain(sentence);
  });
});
