import type { ASTNode } from '@marcbachmann/cel-js';
import type { EventType } from '../event/event.js';
import type { Json } from '../facts/view.js';
import { type FieldTree, rootFields, type Variable } from './fact-fields.js';
import { nearest } from './nearest.js';

/** Comprehensions over lists of an order: nested ones multiply their lengths, so both number and depth are bounded. */
const MAX_COMPREHENSIONS = 8;
const MAX_COMPREHENSION_DEPTH = 2;

const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
/** CEL's names of types, as in `type(x) == string`. */
const TYPE_NAMES = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
  'dyn',
  'timestamp',
  'duration',
]);

/** What an expression may name where it stands. */
interface NamingPlace {
  readonly settings?: Json | undefined;
  readonly events?: readonly EventType[] | undefined;
  readonly variables?: readonly Variable[] | undefined;
}

type Scope = Readonly<Record<string, FieldTree>>;

/** Sentences about names that no fact can have, such as `order.totl`; empty when all are known. */
export function checkNames(root: ASTNode, { settings = {}, events = [], variables }: NamingPlace): readonly string[] {
  const walk = new NameWalk();
  const known = rootFields(settings, events);
  const fields = variables ? Object.fromEntries(variables.map((name) => [name, known[name]])) : known;
  walk.fieldsOf(root, fields, 0);
  return [...new Set(walk.messages)];
}

class NameWalk {
  readonly messages: string[] = [];
  private comprehensions = 0;

  /** The fields of what a node gives; reports unknown names on the way. */
  fieldsOf(node: ASTNode, scope: Scope, depth: number): FieldTree {
    switch (node.op) {
      case 'value':
        return 'value';
      case 'id':
        return this.variable(node.args, scope);
      case '.':
      case '.?':
        return this.member(node.args[0], node.args[1], scope, depth);
      case '[]':
      case '[?]':
        return this.element(node.args[0], node.args[1], scope, depth);
      case 'rcall':
        return this.method(node, scope, depth);
      case '?:':
        return this.all([node.args[0], node.args[1], node.args[2]], scope, depth);
      default:
        return this.all(operands(node.args), scope, depth);
    }
  }

  private all(nodes: readonly ASTNode[], scope: Scope, depth: number): FieldTree {
    for (const node of nodes) this.fieldsOf(node, scope, depth);
    return 'any';
  }

  private variable(name: string, scope: Scope): FieldTree {
    const known = Object.hasOwn(scope, name) ? scope[name] : undefined;
    if (known) return known;
    if (!TYPE_NAMES.has(name)) this.unknown(name, '', Object.keys(scope));
    return 'any';
  }

  private member(owner: ASTNode, name: string, scope: Scope, depth: number): FieldTree {
    const tree = this.fieldsOf(owner, scope, depth);
    return this.field(tree, pathOf(owner), name);
  }

  private field(tree: FieldTree, path: string, name: string): FieldTree {
    if (tree === 'any') return 'any';
    if (tree === 'value') {
      this.messages.push(`${path} has no fields, so ${path}.${name} has no value.`);
      return 'any';
    }
    if ('items' in tree) {
      this.messages.push(`${path} is a list; write ${path}[0].${name}, or ${path}.exists(x, x.${name} …).`);
      return 'any';
    }
    const known = Object.hasOwn(tree.fields, name) ? tree.fields[name] : undefined;
    if (known) return known;
    this.unknown(name, `${path}.`, Object.keys(tree.fields));
    return 'any';
  }

  private element(owner: ASTNode, key: ASTNode, scope: Scope, depth: number): FieldTree {
    const tree = this.fieldsOf(owner, scope, depth);
    this.fieldsOf(key, scope, depth);
    if (typeof tree !== 'string' && 'items' in tree) return tree.items;
    if (key.op === 'value' && typeof key.args === 'string') return this.field(tree, pathOf(owner), key.args);
    return 'any';
  }

  private method(node: Extract<ASTNode, { op: 'rcall' }>, scope: Scope, depth: number): FieldTree {
    const [name, owner, parameters] = node.args;
    if (owner.op === 'id' && owner.args === 'cel') {
      this.messages.push(`cel.${name} is not available; write the expression out.`);
      return 'any';
    }
    const tree = this.fieldsOf(owner, scope, depth);
    const [variable, ...bodies] = parameters;
    if (!LOOPS.has(name) || variable?.op !== 'id') return this.all(parameters, scope, depth);
    this.comprehensions += 1;
    if (this.comprehensions > MAX_COMPREHENSIONS || depth >= MAX_COMPREHENSION_DEPTH) {
      this.messages.push(
        `At most ${MAX_COMPREHENSIONS} of all, exists, exists_one, map and filter in one expression, nested ${MAX_COMPREHENSION_DEPTH} deep.`,
      );
      return 'any';
    }
    const inner = { ...scope, [variable.args]: itemsOf(tree) };
    const results = bodies.map((body) => this.fieldsOf(body, inner, depth + 1));
    if (name === 'filter') return tree;
    return name === 'map' ? { items: results.at(-1) ?? 'any' } : 'value';
  }

  private unknown(name: string, prefix: string, candidates: readonly string[]): void {
    const near = nearest(name, candidates);
    const hint = near ? `did you mean ${prefix}${near}?` : `there is ${candidates.toSorted().join(', ') || 'nothing'}.`;
    this.messages.push(`${prefix}${name}: ${hint}`);
  }
}

function itemsOf(tree: FieldTree): FieldTree {
  if (typeof tree === 'string') return 'any';
  return 'items' in tree ? tree.items : 'value';
}

/** Nodes among an operator's arguments, map entries included. */
function operands(part: unknown): ASTNode[] {
  if (Array.isArray(part)) return part.flatMap(operands);
  return typeof part === 'object' && part !== null && 'op' in part ? [part as ASTNode] : [];
}

function pathOf(node: ASTNode): string {
  if (node.op === 'id') return node.args;
  if (node.op === '.' || node.op === '.?') return `${pathOf(node.args[0])}.${node.args[1]}`;
  return node.input.slice(node.start, node.end);
}
