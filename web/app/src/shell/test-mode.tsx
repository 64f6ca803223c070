import { session } from '../lib/session';
import { Icon } from './icon';

/** Stays, so that nobody waits for mail that never comes. */
export function TestMode() {
  if (!session.value?.testMode) return null;
  return (
    <p class="offline" role="note">
      <Icon name="warning" />
      Test mode: nothing leaves this server
    </p>
  );
}
