const day = 86_400_000;

function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

/** As short as it can be said in a list: a time today, a weekday this week, else the date. */
export function shortDate(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const age = startOfDay(now) - startOfDay(time);
  if (age === 0) return clock.format(time);
  if (age > 0 && age < 6.5 * day) return weekday.format(time);
  return time.getFullYear() === now.getFullYear() ? dayMonth.format(time) : full.format(time);
}

/** For the head of a message: the day where it is not today, and the time. */
export function mediumDate(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const today = startOfDay(now) === startOfDay(time);
  if (today) return clock.format(time);
  const date = time.getFullYear() === now.getFullYear() ? dayMonth.format(time) : full.format(time);
  return `${date}, ${clock.format(time)}`;
}

export const exactDate = (iso: string): string => exact.format(new Date(iso));

export function size(octets: number): string {
  if (octets < 1000) return `${octets} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = octets / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

const number = new Intl.NumberFormat();

export const count = (n: number, one: string, many = `${one}s`): string => `${number.format(n)} ${n === 1 ? one : many}`;

/** One or two letters for a person's picture. */
export function initials(name: string, address: string): string {
  const words = (name || address.split('@')[0] || '?').replace(/[^\p{L}\p{N}\s.-]/gu, ' ').split(/[\s.-]+/).filter(Boolean);
  const first = words[0] ?? '?';
  const last = words.length > 1 ? (words[words.length - 1] ?? '') : '';
  return ([...first][0] ?? '?').toUpperCase() + ([...last][0] ?? '').toUpperCase();
}

/** One of `hues` shades, always the same for an address. */
export function shade(address: string, hues = 8): number {
  let hash = 0;
  for (const c of address) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
  return hash % hues;
}
