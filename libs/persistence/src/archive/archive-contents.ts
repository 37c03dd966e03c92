import { hkdfSync } from 'node:crypto';
import { z } from 'zod';

export const MANIFEST = 'manifest.json';
/** The last entry: an archive without it was cut off. */
export const SUMS = 'sums.json';

const name = z.string().regex(/^[a-z_][a-z0-9_]*$/);

/** What an archive says of itself, before its rows. */
export const manifestSchema = z.object({
  format: z.literal(1),
  /** Time of the snapshot by the clock of the database. */
  takenAt: z.string(),
  /** Of the server that it was taken from. */
  postgres: z.string(),
  /** Names of the migrations that had run, in their order. */
  migrations: z.array(z.string()).min(1),
  /** Tells whether an installation has the secret key that the stored secrets are sealed with. */
  keyMark: z.string(),
  /** The same of every key that something in it may be sealed with, when there is more than one. */
  keyMarks: z.array(z.string()).optional(),
  /** In an order in which no row comes before one that it refers to. */
  tables: z.array(z.object({ name, columns: z.array(name).min(1) })),
  /** First days of the months of partitioned tables. */
  months: z.array(z.iso.date()),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Rows of a table, and a number made of all of them in whatever order. */
export const tableSumSchema = z.object({ rows: z.string(), sum: z.string() });
export type TableSum = z.infer<typeof tableSumSchema>;

export const sumsSchema = z.object({
  tables: z.record(name, tableSumSchema),
  /** Where each sequence stands; null: never used. */
  sequences: z.record(name, z.string().nullable()),
});
export type Sums = z.infer<typeof sumsSchema>;

/** Says nothing about the key itself. */
export function keyMarkOf(secretKey: string): string {
  return Buffer.from(hkdfSync('sha256', secretKey, '', 'afterglow backup mark', 16)).toString('hex');
}
