const WHOLE_NUMBER = /^\d{1,3}$/;

/** What a browser's form sends, or anything else: nothing here is trusted. */
export type Fields = Readonly<Record<string, unknown>> | undefined;

export function scoreOf(fields: Fields): number | null {
  const text = textOf(fields, 'score');
  return text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : null;
}

export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** Of a field that may be sent several times, such as boxes that are ticked. */
export function textsOf(fields: Fields, name: string): string[] {
  const value = fields?.[name];
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
}
