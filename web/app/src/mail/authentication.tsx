import type { Message } from '../lib/types';
import { Icon } from '../shell/icon';
import { summary } from '../lib/authentication';

/** A line among those of a message's head. */
export function AuthenticationLine({ message }: { message: Message }) {
  if (!message.authentication) return null;
  return (
    <div class="people">
      <dt>Authentication</dt>
      <dd>{summary(message.authentication)}</dd>
    </div>
  );
}

/** Said above the text where nobody vouches for the sender. */
export function AuthenticationNote({ message }: { message: Message }) {
  const found = message.authentication;
  if (found?.dmarc !== 'fail') return null;
  return (
    <p class="note">
      <Icon name="warning" />
      <span>This message may not be from {found.domain}: neither SPF nor DKIM vouches for it.</span>
    </p>
  );
}
