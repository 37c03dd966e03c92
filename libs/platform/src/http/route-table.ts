/** The routes of an application, asked only when a request found none: which methods would its address take? */
export class RouteTable {
  private readonly methods = new Map<string, Set<string>>();
  private patterns: { pattern: RegExp; methods: Set<string> }[] | undefined;

  add(url: string, methods: string | readonly string[]): void {
    const known = this.methods.get(url) ?? new Set<string>();
    for (const method of typeof methods === 'string' ? [methods] : methods) known.add(method);
    this.methods.set(url, known);
    this.patterns = undefined;
  }

  /** Sorted; empty when the address is unknown under every method. */
  methodsOf(url: string): string[] {
    this.patterns ??= [...this.methods].map(([route, methods]) => ({ pattern: patternOf(route), methods }));
    const path = url.split('?', 1)[0] ?? url;
    const found = this.patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => [...methods]);
    return [...new Set(found)].toSorted();
  }
}

/** `/a/:id/*` as Fastify writes routes; a catch-all alone is no address of its own. */
function patternOf(route: string): RegExp {
  if (route === '*' || route === '/*') return /(?!)/;
  const escaped = route.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/:[^/]+/g, '[^/]+').replaceAll('*', '.*')}$`);
}
