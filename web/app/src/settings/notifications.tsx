import { useState } from 'preact/hooks';
import { settings } from '../lib/settings';
import { Head } from '../shell/parts';
import { choose } from './appearance';

const supported = 'Notification' in window;

/** What keeps this browser from showing any; empty when nothing does. */
function hindrance(): string {
  if (!supported) return 'This browser has no notifications.';
  if (Notification.permission === 'denied') return 'This browser does not let Pillarbox show any. Allow it in the settings of this site, beside its address.';
  return '';
}

export function NotificationsPage() {
  const [hinders, setHinders] = useState(hindrance);
  const on = settings.value.notifications;
  const turn = async (wanted: boolean) => {
    if (wanted && supported) {
      // Browsers ask only when somebody has just clicked.
      const granted = await Notification.requestPermission();
      setHinders(hindrance());
      if (granted !== 'granted') wanted = false;
    }
    await choose({ notifications: wanted });
  };
  return (
    <>
      <Head title="Notifications" />
      <form class="form">
        <label class="check">
          <input type="checkbox" checked={on && !hinders} disabled={!supported} aria-describedby="notifications-hint" onChange={(event) => void turn(event.currentTarget.checked)} />
          Tell me of new mail
        </label>
        <p class="muted" id="notifications-hint">
          When mail comes to the Inbox while no page of Pillarbox can be seen, its sender and subject are shown. The mail has to be open in some tab.
        </p>
        {hinders && (
          <p class="alert" role="alert">
            {hinders}
          </p>
        )}
        {on && !hinders && supported && Notification.permission === 'default' && (
          <p>
            <button type="button" class="button" onClick={() => void turn(true)}>
              Allow them in this browser
            </button>
          </p>
        )}
      </form>
    </>
  );
}
