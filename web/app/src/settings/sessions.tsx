import { count, exactDate } from '../lib/format';
import { useLoaded } from '../lib/load';
import { notify } from '../lib/notices';
import { attempt, Cell, Head, Mark, Table, Waiting } from '../shell/parts';
import { endOthers, endSession, listSessions, type BrowserSession } from './client';
import { ago, describeAgent } from './words';

function Row({ session, reload }: { session: BrowserSession; reload: () => void }) {
  const what = describeAgent(session.agent);
  return (
    <tr role="row">
      <Cell of="Device" marks>
        <span title={session.agent}>{what}</span>
        {session.current && <Mark tone="ok">This browser</Mark>}
      </Cell>
      <Cell of="Address">
        <span class="mono">{session.address ?? '–'}</span>
      </Cell>
      <Cell of="Last seen" short>
        <time dateTime={session.lastSeen} title={exactDate(session.lastSeen)}>
          {session.current ? 'now' : ago(session.lastSeen)}
        </time>
      </Cell>
      <Cell of="Signed in" short>
        <time dateTime={session.created} title={exactDate(session.created)}>
          {ago(session.created)}
        </time>
      </Cell>
      <td role="cell" class="row-actions">
        {!session.current && (
          <button type="button" class="button" aria-label={`Sign out ${what}`} onClick={() => void attempt(() => endSession(session.id), 'Signed out there').then(reload)}>
            Sign out
          </button>
        )}
      </td>
    </tr>
  );
}

export function SessionsPage() {
  const loaded = useLoaded((signal) => listSessions(signal), [], 60_000);
  const others = loaded.data?.filter(({ current }) => !current).length ?? 0;
  const endAll = async () => {
    const ended = await endOthers();
    notify(`Signed out in ${count(ended, 'other place')}`);
  };
  return (
    <>
      <Head title="Sessions">
        {others > 0 && (
          <button type="button" class="button" onClick={() => void attempt(endAll, null).then(loaded.reload)}>
            Sign out everywhere else
          </button>
        )}
      </Head>
      <p class="muted lead">Browsers that are signed in to your account. If there is one that you do not know, sign it out and change your password.</p>
      <Waiting loaded={loaded} />
      {loaded.data && (
        <Table label="Sessions" columns={[{ name: 'Device' }, { name: 'Address' }, { name: 'Last seen' }, { name: 'Signed in' }]}>
          {loaded.data.map((one) => (
            <Row key={one.id} session={one} reload={loaded.reload} />
          ))}
        </Table>
      )}
    </>
  );
}
