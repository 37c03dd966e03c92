/** Numbers by name, while they are counted. */
export type MutableCounts = Record<string, number>;

export function add(counts: MutableCounts, name: string, number = 1): void {
  counts[name] = (counts[name] ?? 0) + number;
}
