import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { compose, startComposer, writing } from '../compose/composer';
import { Composer } from '../compose/dialog';
import { online } from '../lib/api';
import { route } from '../lib/navigation';
import { messageOf } from '../lib/router';
import { narrow } from '../lib/screen';
import { Icon } from '../shell/icon';
import { SignInHere } from '../sign-in/here';
import { AccountMenu } from '../shell/account-menu';
import { TestMode } from '../shell/test-mode';
import { KeyboardHelp } from '../shell/keys';
import { tell } from './actions';
import { Deleted } from './deleted-dialog';
import { ImportDialog } from './import-dialog';
import { JobBar } from './job-bar';
import { findJobs, onJobEnd } from './jobs';
import { startKeyboard } from './keyboard';
import { ListPane } from './list-pane';
import { MailboxDialogs } from './mailbox-dialogs';
import { findMailbox } from './mailboxes';
import { MessagePane } from './message-pane';
import { Questions } from './questions';
import { SearchBox } from './search-box';
import { SearchHelp } from './search-pane';
import { Senders } from './senders-dialog';
import { Sidebar } from './sidebar';
import { list, opened, poll, startMail } from './state';

function titleNow(): string {
  const now = route.value;
  const subject = opened.value?.message?.subject;
  if (opened.value?.message) return `${subject || '(no subject)'} · Pillarbox`;
  if (now.name === 'search') return `${now.query ? `${now.query} · ` : ''}Search · Pillarbox`;
  const mailbox = now.name === 'mail' ? findMailbox(now.mailbox) : null;
  if (!mailbox) return 'Pillarbox';
  return `${mailbox.unread > 0 ? `(${mailbox.unread}) ` : ''}${mailbox.name} · Pillarbox`;
}

export function MailScreen() {
  const folders = useSignal(false);
  useEffect(startMail, []);
  useEffect(() => startComposer(() => void poll()), []);
  useEffect(startKeyboard, []);
  useEffect(() => {
    void findJobs();
    return onJobEnd((text, token) => {
      tell(text, token);
      void poll();
    });
  }, []);
  const title = titleNow();
  useEffect(() => {
    document.title = title;
  }, [title]);

  const now = route.value;
  const reading = messageOf(now) !== null;
  const panes = ['panes', reading ? 'reading' : '', folders.value && narrow.value ? 'folders' : ''].join(' ');
  const shown = list.value;

  const skip = (event: MouseEvent) => {
    event.preventDefault();
    const row = document.querySelector<HTMLElement>('[role=row][tabindex="0"]');
    (row ?? document.querySelector<HTMLElement>('.message-pane'))?.focus();
  };

  // On a phone what is being written covers the rest, which nobody should reach behind it.
  const covered = narrow.value && writing.value !== null;
  return (
    <>
      <div class="shell" inert={covered}>
        <a class="skip" href="#messages" onClick={skip}>
          Skip to messages
        </a>
        <header class="top">
          {narrow.value && (
            <button
              type="button"
              class="icon-button"
              aria-label="Mailboxes"
              title="Mailboxes"
              aria-expanded={folders.value}
              aria-controls="folders"
              onClick={() => (folders.value = !folders.value)}
            >
              <Icon name={folders.value ? 'close' : 'menu'} />
            </button>
          )}
          <a class="brand" href="/mail/inbox">
            <img src="/favicon.svg" alt="" width="24" height="24" />
            Pillarbox
          </a>
          <SearchBox />
          <span class="spring" />
          <button type="button" class="primary compose-button" aria-label="Compose" title="Compose (c)" onClick={compose}>
            <Icon name="drafts" />
            {!narrow.value && 'Compose'}
          </button>
          <AccountMenu keys />
        </header>
        <TestMode />
        {!online.value && (
          <p class="offline" role="alert">
            <Icon name="warning" />
            Pillarbox cannot be reached. What is here can still be read; it tries again by itself.
          </p>
        )}
        <div class={panes}>
          <Sidebar id="folders" onGo={() => (folders.value = false)} />
          {shown && <ListPane list={shown} />}
          {!shown && (now.name === 'search' ? <SearchHelp /> : <section class="list-pane" aria-label="Messages" />)}
          <MessagePane />
        </div>
        <KeyboardHelp />
        <JobBar />
      </div>
      <Questions />
      <MailboxDialogs />
      <ImportDialog />
      <Deleted />
      <Senders />
      <Composer />
      <SignInHere />
    </>
  );
}
