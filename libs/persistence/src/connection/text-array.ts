const [HEADER_BYTES, LENGTH_BYTES, NULL, TEXT_OID] = [20, 4, -1, 25];

/**
 * A parameter `text[]` in PostgreSQL's own form (array_recv). For long texts: neither side escapes, scans or parses them, as both do
 * with JSON.
 */
export function textArray(values: readonly (string | null | undefined)[]): Buffer {
  const lengths = values.map((value) => (value == null ? NULL : Buffer.byteLength(value)));
  const bytes = lengths.reduce((sum, length) => sum + LENGTH_BYTES + Math.max(length, 0), HEADER_BYTES);
  const array = Buffer.allocUnsafe(bytes);
  // dimensions, whether there are nulls, type of the elements, their number, number of the first
  let at = 0;
  for (const field of [1, Number(lengths.includes(NULL)), TEXT_OID, values.length, 1])
    at = array.writeInt32BE(field, at);
  for (const [index, value] of values.entries()) {
    at = array.writeInt32BE(lengths[index] ?? NULL, at);
    if (value != null) at += array.write(value, at, 'utf8');
  }
  return array;
}
