import { explain } from './api';
import { notify } from './notices';
import { changeSettings, settings } from './settings';
import type { Message } from './types';

const mostSenders = 500;

/** Whether remote images of this message are loaded without asking. What only says that it is from somebody is not. */
export function trustsImages(message: Message): boolean {
  const sender = message.from.length === 1 ? message.from[0]?.address.toLowerCase() : undefined;
  const forged = message.authentication !== undefined && message.authentication.dmarc === 'fail';
  return sender !== undefined && !forged && settings.value.imagesFrom.includes(sender);
}

async function keep(imagesFrom: string[], done: string, undo: (() => void) | null): Promise<void> {
  try {
    await changeSettings({ imagesFrom });
    notify(done, undo ? { label: 'Undo', run: undo } : null);
  } catch (error) {
    notify(`Not changed. ${explain(error)}`);
  }
}

/** From now on; the oldest of very many is forgotten. */
export async function trustImages(address: string): Promise<void> {
  const before = settings.value.imagesFrom;
  const now = [...before.filter((one) => one !== address.toLowerCase()), address.toLowerCase()].slice(-mostSenders);
  await keep(now, `Remote images from ${address} are always loaded`, () => void distrustImages(address));
}

export async function distrustImages(address: string): Promise<void> {
  const left = settings.value.imagesFrom.filter((one) => one !== address.toLowerCase());
  await keep(left, `Remote images from ${address} are loaded only when you say so`, null);
}
