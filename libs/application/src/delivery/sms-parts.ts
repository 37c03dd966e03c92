import { SegmentedMessage } from 'sms-segments-calculator';

/** How networks carry a text message, and bill it. */
export interface TextParts {
  /** 160 characters of the basic alphabet, 70 of any other, fewer where a text takes several parts. */
  readonly parts: number;
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly characters: number;
  /** Characters that the basic alphabet doesn't have: one of them more than halves what a part holds. */
  readonly foreign: readonly string[];
}

export function partsOf(text: string): TextParts {
  if (text === '') return { parts: 0, encoding: 'GSM-7', characters: 0, foreign: [] };
  const message = new SegmentedMessage(text);
  return {
    parts: message.segmentsCount,
    encoding: message.encodingName,
    characters: message.numberOfCharacters,
    foreign: [...new Set(message.getNonGsmCharacters())],
  };
}
