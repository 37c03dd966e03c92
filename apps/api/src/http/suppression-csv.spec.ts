import { readSuppressionCsv } from './suppression-csv.js';

const PART = 1_000;

async function* inParts(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += PART) yield bytes.subarray(from, from + PART);
}

async function read(text: string): Promise<number> {
  let lines = 0;
  for await (const line of readSuppressionCsv(inParts(text))) lines += 'field' in line ? 0 : 1;
  return lines;
}

describe('a list of suppressed addresses', () => {
  it.each([
    ['', 1],
    ['address,reason\na@example.com,\nb@example.com', 3],
    ['address,reason\r\na@example.com,\r\nb@example.com', 3],
  ])('is refused with a line that is none, after %j', async (before, line) => {
    await expect(read(`${before}${','.repeat(70_000)}\nc@example.com,`)).rejects.toMatchObject({
      code: 'validation',
      message: expect.stringMatching(new RegExp(`^Line ${line} `)) as unknown,
    });
  });

  it.each(['\n', '\r\n', '\r'])('is as long as it is in lines that end in %j', async (end) => {
    const lines = Array.from({ length: 3_000 }, (_, at) => `long-${at}@example.com,unsubscribed`);
    const text = ['address,reason', ...lines, `last@example.com${','.repeat(60_000)}`].join(end);
    expect(await read(text)).toBe(3_001);
  });
});
