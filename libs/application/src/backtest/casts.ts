import type { Kinship } from './backtest-history.port.js';

/** Who is played together: people whom kinships tie, directly or by way of others. Names the cast of each by one of them. */
export function castsOf(kinships: readonly Kinship[]): Map<string, string> {
  const parents = new Map<string, string>();
  for (const { id, other } of kinships) {
    const [a, b] = [rootOf(parents, id), rootOf(parents, other)];
    const root = a < b ? a : b;
    for (const member of [id, other, a, b]) parents.set(member, root);
  }
  return new Map([...parents.keys()].map((id) => [id, rootOf(parents, id)]));
}

function rootOf(parents: ReadonlyMap<string, string>, id: string): string {
  let root = id;
  for (let parent = parents.get(root); parent !== undefined && parent !== root; parent = parents.get(root))
    root = parent;
  return root;
}
