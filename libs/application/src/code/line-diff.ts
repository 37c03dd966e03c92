/** Unchanged lines shown around each change. */
const CONTEXT = 3;
/** Larger middles than this are shown as replaced whole: the table below takes two bytes for each pair of lines. */
const MAX_PAIRS = 16_000_000;

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** The difference of two texts, line by line, in the unified format; empty when there is none. */
export function lineDiff(before: string, after: string): string {
  const lines = compare(split(before), split(after));
  return hunks(lines).map(withHead(lines)).join('\n');
}

function split(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function compare(a: readonly string[], b: readonly string[]): Line[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const same = (text: string): Line => ({ sign: ' ', text });
  return [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
}

function middle(a: readonly string[], b: readonly string[]): Line[] {
  const removed = (text: string): Line => ({ sign: '-', text });
  const added = (text: string): Line => ({ sign: '+', text });
  if (a.length * b.length > MAX_PAIRS) return [...a.map(removed), ...b.map(added)];
  const width = b.length + 1;
  const common = longestCommon(a, b, width);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i] as string, b[j] as string];
    if (left === right) {
      lines.push({ sign: ' ', text: left });
      [i, j] = [i + 1, j + 1];
    } else if ((common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0)) {
      lines.push(removed(left));
      i += 1;
    } else {
      lines.push(added(right));
      j += 1;
    }
  }
  return [...lines, ...a.slice(i).map(removed), ...b.slice(j).map(added)];
}

/** Length of the longest common subsequence of what follows each pair of places. */
function longestCommon(a: readonly string[], b: readonly string[], width: number): Uint16Array {
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      common[i * width + j] =
        a[i] === b[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
  return common;
}

/** From (included) and to (excluded) of the pieces that hold changes. */
function hunks(lines: readonly Line[]): [number, number][] {
  const found: [number, number][] = [];
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    const from = Math.max(0, index - CONTEXT);
    const to = Math.min(lines.length, index + CONTEXT + 1);
    const last = found.at(-1);
    if (last && from <= last[1]) last[1] = to;
    else found.push([from, to]);
  }
  return found;
}

function withHead(lines: readonly Line[]): (hunk: [number, number]) => string {
  const count = (from: number, to: number, without: Line['sign']): number =>
    lines.slice(from, to).filter(({ sign }) => sign !== without).length;
  return ([from, to]) => {
    const [oldSize, newSize] = [count(from, to, '+'), count(from, to, '-')];
    const oldStart = count(0, from, '+') + (oldSize === 0 ? 0 : 1);
    const newStart = count(0, from, '-') + (newSize === 0 ? 0 : 1);
    const body = lines.slice(from, to).map(({ sign, text }) => `${sign}${text}`);
    return [`@@ -${oldStart},${oldSize} +${newStart},${newSize} @@`, ...body].join('\n');
  };
}
