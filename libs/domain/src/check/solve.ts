import { type ASTNode, parse } from '@marcbachmann/cel-js';
import type { Json } from '../facts/view.js';

/** One fact to be made so: `set` a value, `known`/`unknown`, or put something into a list or keep it out. */
export interface Wish {
  readonly path: string;
  readonly op: 'set' | 'known' | 'unknown' | 'add' | 'drop';
  readonly value: Json;
}

/** Wishes that together make a condition come out as wanted. */
export type Wishes = readonly Wish[];

/** More ways to the same outcome aren't tried. */
const MAX_WAYS = 6;
const COMPARISONS: Readonly<Record<string, (sign: number) => boolean>> = {
  '==': (sign) => sign === 0,
  '!=': (sign) => sign !== 0,
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
};
const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

type Scope = Readonly<Record<string, string>>;
type KnownAtom = { readonly path: string } | { readonly literal: Json };
type Atom = KnownAtom | undefined;

/** Ways to make a condition true or false; none when it is too clever, or can't come out so. */
export function waysTo(source: string, want: boolean, settings: Json): readonly Wishes[] {
  try {
    return new Solver(settings).solve(parse(source).ast, want, {});
  } catch {
    return [];
  }
}

class Solver {
  constructor(private readonly settings: Json) {}

  solve(node: ASTNode, want: boolean, scope: Scope): readonly Wishes[] {
    switch (node.op) {
      case '&&':
      case '||': {
        const ways = node.args.map((arg) => this.solve(arg, want, scope));
        const needsBoth = (node.op === '&&') === want;
        return needsBoth ? crossed(ways[0] ?? [], ways[1] ?? []) : ways.flat().slice(0, MAX_WAYS);
      }
      case '!_':
        return this.solve(node.args, !want, scope);
      case '?:':
        return [
          ...crossed(this.solve(node.args[0], true, scope), this.solve(node.args[1], want, scope)),
          ...crossed(this.solve(node.args[0], false, scope), this.solve(node.args[2], want, scope)),
        ].slice(0, MAX_WAYS);
      case 'in':
        return this.member(node.args[0], node.args[1], want, scope);
      case 'rcall':
        return this.method(node.args, want, scope);
      case 'call':
        return this.call(node.args, want, scope);
      default:
        return node.op in COMPARISONS
          ? this.comparison(node as Extract<ASTNode, { op: '==' }>, want, scope)
          : this.truth(this.atom(node, scope), want);
    }
  }

  private truth(atom: Atom, want: boolean): readonly Wishes[] {
    if (!atom) return [];
    if ('literal' in atom) return atom.literal === want ? [[]] : [];
    return [[{ path: atom.path, op: 'set', value: want }]];
  }

  private comparison(node: Extract<ASTNode, { op: '==' }>, want: boolean, scope: Scope): readonly Wishes[] {
    const [left, right] = node.args.map((arg) => this.atom(arg, scope));
    const sizes = this.sizeOf(node.args[0], scope);
    const written: string = node.op;
    if (sizes !== undefined && right && 'literal' in right)
      return compared(`${sizes}#`, written, right.literal, want).filter(isCount);
    return left && right ? betweenAtoms(left, written, right, want) : [];
  }

  private sizeOf(node: ASTNode, scope: Scope): string | undefined {
    const owner =
      node.op === 'call' && node.args[0] === 'size'
        ? node.args[1][0]
        : node.op === 'rcall' && node.args[0] === 'size'
          ? node.args[1]
          : undefined;
    const atom = owner && this.atom(owner, scope);
    return atom && 'path' in atom ? atom.path : undefined;
  }

  private member(item: ASTNode, list: ASTNode, want: boolean, scope: Scope): readonly Wishes[] {
    const [wanted, among] = [this.atom(item, scope), this.atom(list, scope)];
    if (!wanted || !among) return [];
    if ('literal' in wanted && 'path' in among)
      return [[{ path: among.path, op: want ? 'add' : 'drop', value: wanted.literal }]];
    if ('path' in wanted && 'literal' in among && Array.isArray(among.literal)) {
      if (!want) return [[{ path: wanted.path, op: 'set', value: 'something else' }]];
      return among.literal
        .slice(0, MAX_WAYS)
        .map((value) => [{ path: wanted.path, op: 'set' as const, value: value as Json }]);
    }
    return [];
  }

  private method(
    [name, owner, parameters]: readonly [string, ASTNode, ASTNode[]],
    want: boolean,
    scope: Scope,
  ): readonly Wishes[] {
    const on = this.atom(owner, scope);
    const [first, body] = parameters;
    if (!on || !('path' in on) || !first) return [];
    if (['exists', 'all', 'exists_one'].includes(name) && first.op === 'id' && body)
      return this.solve(body, want, { ...scope, [first.args]: `${on.path}[]` });
    const text = this.atom(first, scope);
    if (!text || !('literal' in text) || typeof text.literal !== 'string') return [];
    if (!['contains', 'startsWith', 'endsWith', 'matches'].includes(name)) return [];
    return [[{ path: on.path, op: 'set', value: want ? plainText(text.literal) : 'something else' }]];
  }

  private call([name, parameters]: readonly [string, ASTNode[]], want: boolean, scope: Scope): readonly Wishes[] {
    const atom = parameters[0] && this.atom(parameters[0], scope);
    if (name !== 'has' || !atom || !('path' in atom)) return [];
    return [[{ path: atom.path, op: want ? 'known' : 'unknown', value: null }]];
  }

  private atom(node: ASTNode, scope: Scope): Atom {
    switch (node.op) {
      case 'value':
        return { literal: typeof node.args === 'bigint' ? Number(node.args) : (node.args as Json) };
      case 'list':
        return this.list(node.args, scope);
      case 'id':
        return this.named(scope[node.args] ?? node.args);
      case '.':
      case '.?':
        return this.field(node.args[0], `.${node.args[1]}`, scope);
      case '[]':
      case '[?]': {
        const key = this.atom(node.args[1], scope);
        if (!key || !('literal' in key)) return undefined;
        return this.field(node.args[0], typeof key.literal === 'string' ? `.${key.literal}` : '[]', scope);
      }
      default:
        return undefined;
    }
  }

  private list(items: readonly ASTNode[], scope: Scope): Atom {
    const atoms = items.map((item) => this.atom(item, scope));
    const literals = atoms.flatMap((atom) => (atom && 'literal' in atom ? [atom.literal] : []));
    return literals.length === items.length ? { literal: literals } : undefined;
  }

  private field(owner: ASTNode, suffix: string, scope: Scope): Atom {
    const atom = this.atom(owner, scope);
    if (!atom) return undefined;
    if ('path' in atom) return { path: `${atom.path}${suffix}` };
    const { literal } = atom;
    const isObject = typeof literal === 'object' && literal !== null && !Array.isArray(literal);
    const name = suffix.slice(1);
    if (!isObject || !Object.hasOwn(literal, name)) return undefined;
    return { literal: (literal as Readonly<Record<string, Json>>)[name] ?? null };
  }

  private named(path: string): Atom {
    return path === 'settings' ? { literal: this.settings } : { path };
  }
}

function betweenAtoms(left: KnownAtom, op: string, right: KnownAtom, want: boolean): readonly Wishes[] {
  if ('literal' in left && 'literal' in right)
    return COMPARISONS[op]?.(signOf(left.literal, right.literal)) === want ? [[]] : [];
  if ('path' in left && 'literal' in right) return compared(left.path, op, right.literal, want);
  if ('literal' in left && 'path' in right) return compared(right.path, MIRRORED[op] ?? op, left.literal, want);
  return [];
}

function compared(path: string, op: string, literal: Json, want: boolean): readonly Wishes[] {
  if (literal === null) return [[{ path, op: (op === '==') === want ? 'unknown' : 'known', value: null }]];
  return candidatesBeside(literal)
    .filter((value) => COMPARISONS[op]?.(signOf(value, literal)) === want)
    .map((value) => [{ path, op: 'set', value }]);
}

function candidatesBeside(literal: Json): readonly Json[] {
  if (typeof literal === 'number') return [literal, literal + 1, literal - 1];
  if (typeof literal === 'boolean') return [literal, !literal];
  return [literal, `not ${JSON.stringify(literal)}`];
}

function isCount(wishes: Wishes): boolean {
  return wishes.every(({ value }) => typeof value === 'number' && value >= 0 && value <= 20);
}

/** Unequal texts have no sure order, but are sure to differ. */
function signOf(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
  if (a === b) return 0;
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** A text that a simple pattern fits. */
function plainText(pattern: string): string {
  return pattern
    .replaceAll(/\(\?[a-z]+\)|[\^$]/g, '')
    .replaceAll(/\[([^\]\\-])[^\]]*\][+*]?/g, '$1')
    .replaceAll(/\.[+*]/g, ' ');
}

function crossed(a: readonly Wishes[], b: readonly Wishes[]): readonly Wishes[] {
  return a.flatMap((one) => b.map((other) => [...one, ...other])).slice(0, MAX_WAYS);
}
