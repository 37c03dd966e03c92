import type { FactsView, Json } from '../facts/view.js';
import { type Variable, VARIABLES } from './fact-fields.js';

/** The variables in the form in which CEL takes them: JSON integers as BigInt, since CEL keeps int and double apart. */
export type CelView = Readonly<Record<string, unknown>>;

/** A variable's value; undefined where it has none. */
type ReadVariable = (name: Variable) => Json | undefined;

/** Reads and converts a variable when an expression first asks for it, since most ask for one or two; `fresh`: each time. */
class LazyVariables {
  private readonly converted: Partial<Record<Variable, unknown>> = {};

  constructor(
    private readonly read: ReadVariable,
    private readonly fresh: Variable | null,
  ) {}

  valueOfVariable(name: Variable): unknown {
    const known = this.converted[name];
    if (known !== undefined) return known;
    const value = toCel(this.read(name));
    if (name !== this.fresh) this.converted[name] = value;
    return value;
  }
}

for (const name of VARIABLES)
  Object.defineProperty(LazyVariables.prototype, name, {
    get(this: LazyVariables) {
      return this.valueOfVariable(name);
    },
  });

export function celView(view: FactsView): CelView {
  return lazyCelView((name) => view[name], null);
}

/** @param fresh a variable whose value changes from one expression to the next */
export function lazyCelView(read: ReadVariable, fresh: Variable | null): CelView {
  return new LazyVariables(read, fresh) as unknown as CelView;
}

function toCel(value: Json | undefined): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => toCel(item as Json));
  // a copy first: setting `__proto__` on what has no such field of its own would do something else
  const cel: Record<string, unknown> = { ...(value as Readonly<Record<string, Json>>) };
  for (const name of Object.keys(cel)) {
    const field = cel[name];
    if (typeof field === 'number' || typeof field === 'object') cel[name] = toCel(field as Json);
  }
  return cel;
}
