import type pg from 'pg';

/** Words that stand for one person and for nothing else. */
export type Canaries = Readonly<Record<string, string>>;

/**
 * How a word looks in a dump or a log: as it is, in hexadecimal, in a URL, and in base64, where it looks different at each of the
 * three places at which it may begin.
 */
function formsOf(word: string): string[] {
  const bytes = Buffer.from(word);
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
    // without the characters that depend on what stands around it
    return text.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + bytes.length) * 8) / 6));
  });
  const standard = base64.map((text) => text.replaceAll('-', '+').replaceAll('_', '/'));
  const encoded = encodeURIComponent(word);
  const plain = [word, word.toLowerCase(), encoded, encoded.toLowerCase(), JSON.stringify(word).slice(1, -1)];
  return [...new Set([...plain, bytes.toString('hex'), ...base64, ...standard])];
}

/** Which canaries a text holds, each with the form in which it was found. */
export function canariesIn(text: string, canaries: Canaries): string[] {
  const lower = text.toLowerCase();
  return Object.entries(canaries).flatMap(([name, word]) =>
    formsOf(word).flatMap((form) => {
      // base64 minds its case; for the other forms case means nothing
      const isFound =
        /^[\w+/-]+$/.test(form) && form !== word ? text.includes(form) : lower.includes(form.toLowerCase());
      return isFound ? [`${name} as ${form}`] : [];
    }),
  );
}

/** Searches every row of every table of every schema, the queue's own included: `<table>: <canary> as <form>` for each find. */
export async function canariesInDatabase(owner: pg.Client, canaries: Canaries): Promise<string[]> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%' order by 1`,
  );
  const found = new Set<string>();
  for (const { name } of tables) {
    const { rows } = await owner.query<{ row: string }>(`select t::text as row from ${name} t`);
    for (const { row } of rows) for (const find of canariesIn(row, canaries)) found.add(`${name}: ${find}`);
  }
  return [...found];
}
