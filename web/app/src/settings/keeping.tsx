import { useState } from 'preact/hooks';
import { explain } from '../lib/api';
import { useLoaded } from '../lib/load';
import { notify } from '../lib/notices';
import { session } from '../lib/session';
import { Waiting } from '../shell/parts';
import { changePolicy, readPolicy } from './client';

const day = 86_400; // seconds
const usual = 7; // days

/** How long mail that all devices have fetched stays on the server. */
export function KeepingMail() {
  const loaded = useLoaded(readPolicy, []);
  const [days, setDays] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null); // shown until the server has it, or not
  const policy = loaded.data;
  if (!session.value?.deletedKeptFor) return null; // what goes could not be had back
  const going = (chosen ?? policy?.until) === 'until-fetched';
  const shown = days ?? String(Math.round((policy?.grace ?? usual * day) / day));
  const save = async (until: string, after = shown) => {
    const grace = Math.max(0, Math.round(Number(after) || 0)) * day;
    setChosen(until);
    try {
      await changePolicy(until === 'forever' ? { until } : { until, grace });
      notify('Saved');
    } catch (error) {
      setChosen(null);
      notify(explain(error));
    }
    loaded.reload();
  };
  return (
    <section class="keeping">
      <h2>Keeping mail on the server</h2>
      <Waiting loaded={loaded} />
      {policy && (
        <fieldset class="form">
          <legend class="only-heard">How long mail stays in the Inbox</legend>
          <label class="check">
            <input type="radio" name="keep" checked={!going} onChange={() => void save('forever')} />
            Until I delete it
          </label>
          <label class="check">
            <input type="radio" name="keep" checked={going} onChange={() => void save('until-fetched')} />
            Until all devices have fetched it
          </label>
          {going && (
            <label class="check after">
              and
              <input
                type="number"
                class="days"
                min={0}
                max={3650}
                value={shown}
                aria-label="Days after the last device has fetched it"
                onInput={(event) => setDays(event.currentTarget.value)}
                onChange={(event) => void save('until-fetched', event.currentTarget.value)}
              />
              days more
            </label>
          )}
          <p class="muted">What has a star stays. What goes can be had back from the deleted messages for a while.</p>
        </fieldset>
      )}
    </section>
  );
}
