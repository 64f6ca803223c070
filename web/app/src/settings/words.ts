import type { ClientServer, Scope } from './client';

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

/** "3 minutes ago", "yesterday": as exact as anybody wants to know. */
export function ago(iso: string, now = new Date()): string {
  const seconds = Math.max(0, (now.getTime() - new Date(iso).getTime()) / 1000);
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return relative.format(-Math.floor(seconds / 3600), 'hour');
  if (seconds < 60 * 86_400) return relative.format(-Math.floor(seconds / 86_400), 'day');
  return relative.format(-Math.floor(seconds / (30 * 86_400)), 'month');
}

// The order matters: nearly all of them claim to be those further down.
const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'Mac'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** "Firefox on Linux", of what a browser calls itself. */
export function describeAgent(agent: string): string {
  const browser = browsers.find(([pattern]) => pattern.test(agent))?.[1];
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1];
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? (agent ? agent.slice(0, 40) : 'Unknown browser');
}

export const scopeWords: Record<Scope, string> = {
  'mail.read': 'Read mail',
  'mail.send': 'Write and send mail',
  'mail.write': 'Mark, move and delete mail',
  admin: 'Administer this server',
};

export const kindWords: Record<ClientServer['kind'], string> = { pop3: 'Incoming mail (POP3)', smtp: 'Outgoing mail (SMTP)' };
export const securityWords: Record<ClientServer['security'], string> = { tls: 'SSL/TLS', starttls: 'STARTTLS', none: 'None' };
