import { Arrivals } from '../lib/arrivals';
import { go } from '../lib/navigation';
import { settings } from '../lib/settings';
import type { Row } from '../lib/types';
import { findMailbox } from './mailboxes';

/** Whether new mail is told where no page can be seen: asked for, and allowed in this browser. */
export const tellsOfMail = (): boolean => settings.value.notifications && 'Notification' in window && Notification.permission === 'granted';

const clocksDiffer = 120_000; // ms that the server's clock may be behind

let arrivals = new Arrivals(Date.now() - clocksDiffer);

export function forgetArrivals(): void {
  arrivals = new Arrivals(Date.now() - clocksDiffer);
}

export const isNewMail = (row: Row): boolean => arrivals.isNew(row, findMailbox('inbox')?.id);

/** Sender and subject, and no more: others may look at the screen. */
export function tellOfMail(row: Row): void {
  const told = new Notification(row.from.name || row.from.address || 'Unknown sender', { body: row.subject || '(no subject)', tag: row.id, icon: '/favicon.svg' });
  told.onclick = () => {
    window.focus();
    told.close();
    go({ name: 'mail', mailbox: 'inbox', message: row.id });
  };
}
