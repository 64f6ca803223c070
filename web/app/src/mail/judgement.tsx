import type { Message } from '../lib/types';
import { Icon } from '../shell/icon';
import { findMailbox } from './mailboxes';

const shown = (weight: number) => (weight > 0 ? `+${weight}` : `${weight}`);

/** Why it is junk, or not, among the lines of a message's head. */
export function JudgementLine({ message }: { message: Message }) {
  const found = message.judgement;
  if (!found) return null;
  return (
    <div class="people">
      <dt>Junk</dt>
      <dd>
        {found.junk ? 'Yes' : 'No'}, score {found.score}
        {found.reasons.map(({ name, weight, text }) => (
          <div key={name + text}>
            {text}
            {weight !== 0 && ` (${shown(weight)})`}
          </div>
        ))}
      </dd>
    </div>
  );
}

/** Said above the text of what went to Junk, and of a sender's first message. */
export function JudgementNote({ message }: { message: Message }) {
  const found = message.judgement;
  if (!found) return null;
  if (found.junk && findMailbox(message.mailbox)?.role === 'junk') {
    const heaviest = found.reasons.filter(({ name, weight }) => weight > 0 || name === 'blocked' || name === 'policy');
    if (heaviest.length === 0) return null;
    return (
      <p class="note">
        <Icon name="junk" />
        <span>This is in Junk because {heaviest.map(({ text }) => text).join('; ')}.</span>
      </p>
    );
  }
  if (!found.reasons.some(({ name }) => name === 'first-contact')) return null;
  return (
    <p class="note">
      <Icon name="warning" />
      <span>This is the first message from this sender.</span>
    </p>
  );
}
