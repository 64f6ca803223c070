import { explain } from '../lib/api';
import { notify } from '../lib/notices';
import { changeSettings, settings, type Settings } from '../lib/settings';
import { distrustImages } from '../lib/trust';
import { Head } from '../shell/parts';

export async function choose(change: Partial<Settings>): Promise<void> {
  try {
    await changeSettings(change);
  } catch (error) {
    notify(`Not changed. ${explain(error)}`);
  }
}

interface Choice {
  name: 'theme' | 'density';
  title: string;
  values: { value: string; label: string }[];
}

const choices: Choice[] = [
  {
    name: 'theme',
    title: 'Theme',
    values: [
      { value: 'system', label: 'As the system has it' },
      { value: 'light', label: 'Light' },
      { value: 'dark', label: 'Dark' },
    ],
  },
  {
    name: 'density',
    title: 'Density of lists',
    values: [
      { value: 'comfortable', label: 'Comfortable: two lines to a message' },
      { value: 'compact', label: 'Compact: one line to a message' },
    ],
  },
];

/** A setting that is on or off; each says what on means. */
export function Switch({ name, label, hint }: { name: 'conversations' | 'shortcuts'; label: string; hint: string }) {
  return (
    <div class="switch">
      <label class="check">
        <input type="checkbox" checked={settings.value[name]} aria-describedby={`${name}-hint`} onChange={(event) => void choose({ [name]: event.currentTarget.checked })} />
        {label}
      </label>
      <p class="muted" id={`${name}-hint`}>
        {hint}
      </p>
    </div>
  );
}

/** Whose remote images are loaded without asking. */
function TrustedSenders() {
  const senders = settings.value.imagesFrom;
  if (senders.length === 0) return null;
  return (
    <section>
      <h2>Remote images are always loaded from</h2>
      <ul class="trusted">
        {[...senders].sort().map((sender) => (
          <li key={sender}>
            <span class="mono">{sender}</span>
            <button type="button" class="button" aria-label={`Remove ${sender}`} onClick={() => void distrustImages(sender)}>
              Remove
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function AppearancePage() {
  return (
    <>
      <Head title="Appearance" />
      <form class="form">
        {choices.map(({ name, title, values }) => (
          <fieldset key={name}>
            <legend>{title}</legend>
            {values.map(({ value, label }) => (
              <label key={value} class="check">
                <input type="radio" name={name} checked={settings.value[name] === value} onChange={() => void choose({ [name]: value })} />
                {label}
              </label>
            ))}
          </fieldset>
        ))}
        <fieldset>
          <legend>Reading</legend>
          <Switch name="conversations" label="Gather messages into conversations" hint="A row of a list then stands for all messages that answer each other, of its mailbox or of what was found." />
          <Switch name="shortcuts" label="Keys of a single letter" hint="Without them, j, e, # and the like do nothing; the arrows, Enter and Esc stay." />
        </fieldset>
      </form>
      <TrustedSenders />
    </>
  );
}
