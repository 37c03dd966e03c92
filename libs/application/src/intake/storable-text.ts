/** NUL and halves of surrogate pairs: legal in JSON, refused by PostgreSQL. */
const UNSTORABLE = /\\u0000|\\u[dD][89a-fA-F]/;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** The same value with every text as PostgreSQL can hold it: without NULs, lone surrogates replaced. */
export function storable<T>(value: T): T {
  return UNSTORABLE.test(JSON.stringify(value)) ? (clean(value) as T) : value;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').replaceAll(LONE_SURROGATE, '\uFFFD');
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [clean(name), clean(field)]));
}
