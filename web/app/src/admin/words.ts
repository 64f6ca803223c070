import { count } from '../lib/format';

/** "9 days", "3 hours", "5 minutes": as exact as anybody wants to know. */
export function duration(seconds: number): string {
  if (seconds >= 2 * 86_400) return count(Math.floor(seconds / 86_400), 'day');
  if (seconds >= 2 * 3600) return count(Math.floor(seconds / 3600), 'hour');
  return count(Math.floor(seconds / 60), 'minute');
}

/** The last day on which it counts, of what ends with that day. */
export function lastDay(until: string | null): string {
  if (!until) return '';
  return new Date(new Date(until).getTime() - 1000).toISOString().slice(0, 10);
}

/** Addresses with commas, spaces or lines between them. */
export const addressesIn = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

const mega = 1_000_000;

/** Octets of what was entered there. Throws with what to say. */
export function quotaOf(text: string | undefined): number {
  const entered = (text ?? '').trim().replace(',', '.');
  if (!entered) return 0;
  const number = Number(entered);
  if (!Number.isFinite(number) || number < 0) throw new Error('The quota must be a number of MB, such as 500.');
  return Math.round(number * mega);
}
