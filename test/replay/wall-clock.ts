import { DateTime } from 'luxon';

/** Times in the tables are wall time here. */
export const SHOP_ZONE = 'America/Sao_Paulo';

const HOUR_MS = 3_600_000;

// offsets change on the hour: looked up once for each hour, as half a million times are converted
const hourStarts = new Map<string, number>();
const offsets = new Map<number, number>();

/** `YYYY-MM-DD HH:MM:SS` in the shop's zone as milliseconds since the epoch; an empty text is null. */
export function wallTime(text: string | undefined): number | null {
  if (!text) return null;
  const hour = text.slice(0, 13);
  let start = hourStarts.get(hour);
  if (start === undefined) {
    start = DateTime.fromSQL(`${hour}:00:00`, { zone: SHOP_ZONE }).toMillis();
    hourStarts.set(hour, start);
  }
  return start + Number(text.slice(14, 16)) * 60_000 + Number(text.slice(17, 19)) * 1_000;
}

/** ISO 8601 with the shop's offset, to the second. */
export function isoOf(ms: number): string {
  const offset = offsetOf(ms);
  const sign = offset < 0 ? '-' : '+';
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const local = new Date(ms + offset * 60_000).toISOString().slice(0, 19);
  return `${local}${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

/** YYYY-MM-DD of the shop's day. */
export const dayOf = (ms: number): string => isoOf(ms).slice(0, 10);

/** The hour that the shop's clock shows, from 0 to 23. */
export const wallHour = (ms: number): number => Number(isoOf(ms).slice(11, 13));

/** YYYY-MM of the shop's month. */
export const monthOf = (ms: number): string => isoOf(ms).slice(0, 7);

export function startOfDay(date: string): string {
  return isoOf(DateTime.fromISO(date, { zone: SHOP_ZONE }).startOf('day').toMillis());
}

/** The day's last second. */
export function endOfDay(date: string): string {
  return isoOf(DateTime.fromISO(date, { zone: SHOP_ZONE }).endOf('day').startOf('second').toMillis());
}

/** Minutes east of Greenwich. */
function offsetOf(ms: number): number {
  const hour = Math.floor(ms / HOUR_MS);
  let offset = offsets.get(hour);
  if (offset === undefined) {
    offset = DateTime.fromMillis(ms, { zone: SHOP_ZONE }).offset;
    offsets.set(hour, offset);
  }
  return offset;
}
