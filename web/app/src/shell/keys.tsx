import { signal } from '@preact/signals';
import { Dialog } from './dialog';

export const helpShown = signal(false);

const groups: { title: string; keys: [string[], string][] }[] = [
  {
    title: 'Messages',
    keys: [
      [['j', '↓'], 'Next message'],
      [['k', '↑'], 'Previous message'],
      [['Enter', 'o'], 'Open'],
      [['n', 'p'], 'Next, previous in the conversation'],
      [['u', 'Esc'], 'Back to the list'],
      [['e'], 'Archive'],
      [['#'], 'Delete'],
      [['!'], 'Junk, or not junk'],
      [['s'], 'Star, or take the star away'],
      [['Shift+i'], 'Mark as read'],
      [['Shift+u'], 'Mark as unread'],
    ],
  },
  {
    title: 'Selecting',
    keys: [
      [['x'], 'Select, or not'],
      [['Shift+j', 'Shift+k'], 'Select the next, the previous too'],
      [['* a'], 'Select all'],
      [['Esc'], 'Select nothing'],
    ],
  },
  {
    title: 'Writing',
    keys: [
      [['c'], 'Compose'],
      [['r'], 'Reply'],
      [['a'], 'Reply all'],
      [['f'], 'Forward'],
      [['Ctrl+Enter'], 'Send'],
      [['Ctrl+s'], 'Save the draft'],
      [['z'], 'Undo'],
    ],
  },
  {
    title: 'Go to',
    keys: [
      [['g i'], 'Inbox'],
      [['g s'], 'Sent'],
      [['g d'], 'Drafts'],
      [['g a'], 'Archive'],
      [['g t'], 'Trash'],
      [['/'], 'Search'],
      [['?'], 'This list'],
    ],
  },
];

export function KeyboardHelp() {
  if (!helpShown.value) return null;
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => (helpShown.value = false)}>
      <div class="key-groups">
        {groups.map((group) => (
          <section>
            <h3>{group.title}</h3>
            <dl class="keys">
              {group.keys.map(([keys, meaning]) => (
                <div>
                  <dt>
                    {keys.map((key) => (
                      <kbd>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
