import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { call, explain, getJson } from '../lib/api';
import { notify } from '../lib/notices';
import { onEnd } from '../lib/session';
import { Dialog } from '../shell/dialog';

export const sendersShown = signal(false);

type Rule = 'allow' | 'block';

interface Ruled {
  sender: string;
  rule: Rule;
}

interface Filter {
  junk: number;
  wanted: number;
  needed: number;
}

/** Blocks a sender, or allows it; says so, or why not. */
export async function ruleSender(sender: string, rule: Rule): Promise<void> {
  try {
    await call('PUT', '/junk/senders', { body: { sender, rule } });
    notify(rule === 'block' ? `Mail from ${sender} goes to Junk from now on` : `Mail from ${sender} is never junk from now on`);
  } catch (failure) {
    notify(explain(failure));
  }
}

function learned({ junk, wanted, needed }: Filter): string {
  const from = `${junk} moved to Junk and ${wanted} kept`;
  if (junk >= needed && wanted >= needed) return `Your filter has learned from messages: ${from}.`;
  return `Your filter has a say once it has learned from ${needed} messages of each kind. So far: ${from}.`;
}

/** Who is blocked and who allowed, and what the filter knows. */
function SendersDialog() {
  const [senders, setSenders] = useState<Ruled[] | null>(null);
  const [filter, setFilter] = useState<Filter | null>(null);
  const [sender, setSender] = useState('');
  const [rule, setRule] = useState<Rule>('block');
  const [error, setError] = useState('');

  const load = async () => {
    const [list, known] = await Promise.all([getJson<{ items: Ruled[] }>('/junk/senders'), getJson<Filter>('/junk/filter')]);
    setSenders(list.items);
    setFilter(known);
  };
  const doing = async (work: () => Promise<unknown>) => {
    try {
      await work();
      await load();
      setError('');
    } catch (failure) {
      setError(explain(failure));
    }
  };
  useEffect(() => void doing(async () => {}), []);

  const add = async (event: Event) => {
    event.preventDefault();
    await doing(async () => {
      await call('PUT', '/junk/senders', { body: { sender: sender.trim(), rule } });
      setSender('');
    });
  };

  return (
    <Dialog title="Blocked and allowed senders" wide onClose={() => (sendersShown.value = false)}>
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      <form onSubmit={(event) => void add(event)}>
        <label class="labelled">
          Sender
          <input
            type="text"
            class="text-input"
            value={sender}
            maxLength={320}
            required
            placeholder="name@example.org or @example.org"
            autocomplete="off"
            onInput={(event) => setSender(event.currentTarget.value)}
          />
        </label>
        <label class="labelled">
          Mail from there
          <select class="text-input" value={rule} onChange={(event) => setRule(event.currentTarget.value as Rule)}>
            <option value="block">is always junk</option>
            <option value="allow">is never junk</option>
          </select>
        </label>
        <p class="buttons">
          <button type="submit" class="button primary">
            Add
          </button>
        </p>
      </form>
      {senders?.length === 0 && <p class="muted">Nobody is blocked or allowed.</p>}
      <ul class="deleted" aria-label="Senders" aria-busy={senders === null && !error}>
        {senders?.map((one) => (
          <li key={one.sender}>
            <div>
              <p>
                <strong>{one.sender}</strong>
              </p>
              <p class="muted">{one.rule === 'block' ? 'Always junk' : 'Never junk, where the sender is verified'}</p>
            </div>
            <button
              type="button"
              class="button"
              aria-label={`Remove ${one.sender}`}
              onClick={() => void doing(() => call('POST', '/junk/senders/forget', { body: { sender: one.sender } }))}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {filter && (
        <p class="muted">
          {learned(filter)}{' '}
          {filter.junk + filter.wanted > 0 && (
            <button type="button" class="button" onClick={() => void doing(() => call('DELETE', '/junk/filter'))}>
              Let it begin anew
            </button>
          )}
        </p>
      )}
    </Dialog>
  );
}

export function Senders() {
  return sendersShown.value ? <SendersDialog /> : null;
}

onEnd(() => {
  sendersShown.value = false;
});
