import { useState } from 'preact/hooks';
import { getJson } from '../lib/api';
import { count, exactDate, mediumDate, size } from '../lib/format';
import { notify } from '../lib/notices';
import { Dialog } from '../shell/dialog';
import { Icon } from '../shell/icon';
import { Menu, type MenuItem } from '../shell/menu';
import { changeQueued, dropQueued, type List, type QueueAction, type Queued } from './client';
import { useLoaded, useSettled } from '../lib/load';
import { useTopic } from './topic';
import { attempt, Cell, FilterBox, FormDialog, Head, Mark, Shown, Table, Waiting, type Tone } from '../shell/parts';

type Queue = List<Queued> & { allHeld: boolean };
type Open = { what: 'details' | 'drop' | 'return'; entry: Queued } | null;

const states: Record<Queued['state'], [Tone, string]> = { waiting: ['ok', 'Waiting'], held: ['warn', 'Held'], sending: ['ok', 'Sending'], later: ['plain', 'Later'] };
const said: Record<QueueAction, string> = { hold: 'Held', release: 'Released', retry: 'To be tried now', return: 'Returned to its sender' };

function nextOf(entry: Queued): string {
  if (entry.waits) return 'in its turn';
  return entry.next ? mediumDate(entry.next) : 'none';
}

function Details({ entry, onClose }: { entry: Queued; onClose: () => void }) {
  const facts: [string, string][] = [
    ['To', entry.to],
    ['From', entry.from || 'nobody: it is a report'],
    ['State', states[entry.state][1]],
    ['Size', size(entry.octets)],
    ['Queued', exactDate(entry.queued)],
    ['Attempts', String(entry.attempts)],
    ['Last attempt', entry.tried ? exactDate(entry.tried) : 'none yet'],
    ['Next attempt', entry.next ? exactDate(entry.next) : 'none'],
    ...(entry.waits ? [['Waits its turn', entry.waits] as [string, string]] : []),
    ['Server', entry.host || 'none was reached'],
    ['Asked for', entry.asked || 'nothing special'],
  ];
  return (
    <Dialog title="Queued message" onClose={onClose}>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>Last answer</h3>
      <pre class="answer">{entry.reply || 'There was none.'}</pre>
      {entry.meaning && <p>{entry.meaning}</p>}
    </Dialog>
  );
}

export function QueuePage() {
  const [words, setWords] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const settled = useSettled(words);
  const loaded = useLoaded((signal) => getJson<Queue>(`/admin/queue${settled ? `?q=${encodeURIComponent(settled)}` : ''}`, signal), [settled]);
  useTopic('queue', loaded.reload);
  const close = () => setOpen(null);

  const change = (entry: Queued, action: QueueAction) => void attempt(() => changeQueued(entry.id, action), said[action]).then(loaded.reload);
  const changeAll = (action: QueueAction) => {
    const all = async () => {
      const { changed } = await changeQueued(null, action);
      notify(`${said[action]}: ${count(changed, 'entry', 'entries')}`);
    };
    void all().catch((error: unknown) => notify(String(error))).then(loaded.reload);
  };
  const actionsOf = (entry: Queued): MenuItem[] => [
    { label: 'Details', run: () => setOpen({ what: 'details', entry }) },
    ...(entry.held ? [{ label: 'Release', run: () => change(entry, 'release') }] : [{ label: 'Retry now', run: () => change(entry, 'retry') }, { label: 'Hold', run: () => change(entry, 'hold') }]),
    ...(entry.from && entry.state !== 'sending' ? [{ label: 'Return to sender…', run: () => setOpen({ what: 'return', entry }) }] : []), // a report has none
    { label: 'Delete…', run: () => setOpen({ what: 'drop', entry }) },
  ];

  return (
    <>
      <Head title="Queue">
        <FilterBox label="Filter queue" value={words} onChange={setWords} />
        <button type="button" class="button" onClick={() => changeAll('retry')}>
          Retry all now
        </button>
        <button type="button" class="button" onClick={() => changeAll('hold')}>
          Hold all
        </button>
        <button type="button" class="button" onClick={() => changeAll('release')}>
          Release all
        </button>
      </Head>
      {loaded.data?.allHeld && (
        <p class="banner" role="status">
          <Icon name="warning" />
          Nothing leaves this server: outbound.mode is hold.
        </p>
      )}
      <Waiting loaded={loaded} />
      {loaded.data && loaded.data.items.length > 0 && (
        <Table label="Queued messages" columns={[{ name: 'To' }, { name: 'From' }, { name: 'State' }, { name: 'Next attempt' }, { name: 'Attempts', number: true }, { name: 'Last answer' }]}>
          {loaded.data.items.map((entry) => (
            <tr role="row" key={entry.id}>
              <Cell of="To">
                <span class="mono">{entry.to}</span>
              </Cell>
              <Cell of="From">
                <span class="mono">{entry.from || '(a report)'}</span>
              </Cell>
              <Cell of="State" marks>
                <Mark tone={states[entry.state][0]}>{states[entry.state][1]}</Mark>
              </Cell>
              <Cell of="Next attempt" short>
                {nextOf(entry)}
              </Cell>
              <Cell of="Attempts" number>
                {entry.attempts}
              </Cell>
              <Cell of="Last answer">
                <span class="answer-line">{entry.reply || 'none yet'}</span>
              </Cell>
              <td role="cell" class="row-actions">
                <Menu label={`Actions for ${entry.to}`} className="icon-button" button={<Icon name="more" />} items={actionsOf(entry)} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {loaded.data?.items.length === 0 && <p class="empty">{settled ? `Nothing in the queue has “${settled}” in it.` : 'Everything has been delivered.'}</p>}
      {loaded.data && <Shown shown={loaded.data.items.length} total={loaded.data.total} />}
      {open?.what === 'details' && <Details entry={open.entry} onClose={close} />}
      {open?.what === 'return' && (
        <FormDialog
          title="Return to sender"
          submit="Return to sender"
          onClose={close}
          action={async () => {
            await changeQueued(open.entry.id, 'return');
            notify(said.return);
            loaded.reload();
          }}
        >
          {() => (
            <p>
              The message for <strong class="mono">{open.entry.to}</strong> is not tried again. <strong class="mono">{open.entry.from}</strong> is told so, with the last answer.
            </p>
          )}
        </FormDialog>
      )}
      {open?.what === 'drop' && (
        <FormDialog
          title="Delete from the queue"
          submit="Delete for good"
          danger
          onClose={close}
          action={async () => {
            await dropQueued(open.entry.id);
            notify('Deleted from the queue');
            loaded.reload();
          }}
        >
          {() => (
            <p>
              The message for <strong class="mono">{open.entry.to}</strong> is not sent, and nobody is told.
            </p>
          )}
        </FormDialog>
      )}
    </>
  );
}
