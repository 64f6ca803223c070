import { sendTestMessage } from '../compose/composer';
import { count } from '../lib/format';
import { session } from '../lib/session';
import type { Row } from '../lib/types';
import { Icon } from '../shell/icon';
import { notify } from '../lib/notices';
import { asListed, star } from './actions';
import { FoundList } from './found';
import { Grid } from './grid';
import { MailList } from './list';
import { MailboxActions } from './mailbox-actions';
import { findMailbox, mailboxes, mailboxesError, loadMailboxes } from './mailboxes';
import type { RowList } from './rows';
import { FoundHead, Misunderstood, NothingFound } from './search-pane';
import { SelectAll, SelectionBar } from './selection-bar';
import { selecting } from './selection';
import { SortMenu } from './sort-menu';
import { inView } from './state';

function Empty({ mailbox }: { mailbox: string }) {
  const address = session.value?.account.address;
  const copy = async () => {
    if (!address) return;
    try {
      await navigator.clipboard.writeText(address);
      notify('Address copied');
    } catch {
      notify('The browser does not allow copying here.');
    }
  };
  return (
    <div class="empty">
      <Icon name={mailbox === 'inbox' ? 'inbox' : 'mail-open'} className="big" />
      <h2>No messages</h2>
      {mailbox === 'inbox' && address ? (
        <>
          <p>Mail sent to this address arrives here:</p>
          <p class="address">
            <code>{address}</code>
            <button type="button" class="button" onClick={copy}>
              <Icon name="copy" />
              Copy address
            </button>
          </p>
          <button type="button" class="button" onClick={() => void sendTestMessage()}>
            <Icon name="sent" />
            Send a test message
          </button>
        </>
      ) : (
        <p>Nothing is kept in this mailbox.</p>
      )}
    </div>
  );
}

function Failed({ text, again }: { text: string; again: () => void }) {
  return (
    <div class="failed" role="alert">
      <Icon name="warning" className="big" />
      <p>{text}</p>
      <button type="button" class="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}

/** What is there instead of rows. */
function Nothing({ list }: { list: RowList }) {
  if (list instanceof FoundList) return <NothingFound list={list} />;
  return <Empty mailbox={list instanceof MailList ? list.mailbox : ''} />;
}

const starRow = (row: Row): void => star(asListed(row.id));

function Content({ list, error, again }: { list: RowList; error: string | null; again: () => void }) {
  const total = list.total.value;
  if (list instanceof FoundList && list.mistake.value) return <Misunderstood query={list.query} mistake={list.mistake.value} />;
  if (error && total === null) return <Failed text={error} again={again} />;
  if (total === 0) return <Nothing list={list} />;
  return (
    <>
      {error && <Failed text={error} again={again} />}
      <Grid list={list} key={list.key} onStar={starRow} />
    </>
  );
}

function MailboxPane({ list }: { list: MailList }) {
  const mailbox = findMailbox(list.mailbox);
  const missing = mailboxes.value !== null && mailbox === null;
  const total = list.total.value;
  const error = list.error.value ?? (mailbox ? null : mailboxesError.value);
  const again = () => {
    if (!mailboxes.value) void loadMailboxes().catch(() => {});
    list.retry(inView.peek());
  };
  return (
    <section class="list-pane" aria-label={mailbox?.name ?? 'Messages'}>
      <header class="list-head">
        {!missing && <SelectAll list={list} />}
        <h1 class={selecting.value ? 'only-heard' : ''}>{mailbox?.name ?? (missing ? 'No such mailbox' : '\u00a0')}</h1>
        {selecting.value ? (
          <SelectionBar list={list} />
        ) : (
          <>
            <p class="muted" role="status">
              {total === null ? '' : count(total, list.gathered ? 'conversation' : 'message')}
            </p>
            {mailbox && total !== null && total > 1 && <SortMenu list={list} />}
            {mailbox && <MailboxActions mailbox={mailbox} list={list} />}
          </>
        )}
      </header>
      {missing ? (
        <div class="empty">
          <h2>There is no such mailbox</h2>
          <p>
            <a href="/mail/inbox">Go to the Inbox</a>
          </p>
        </div>
      ) : (
        <Content list={list} error={error} again={again} />
      )}
    </section>
  );
}

export function ListPane({ list }: { list: RowList }) {
  if (list instanceof MailList) return <MailboxPane list={list} />;
  if (!(list instanceof FoundList)) return null;
  return (
    <section class="list-pane" aria-label="Search results">
      <FoundHead list={list} />
      <Content list={list} error={list.error.value} again={() => list.retry(inView.peek())} />
    </section>
  );
}
