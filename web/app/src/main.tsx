import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import './style/base.css';
import './style/shell.css';
import './style/mail.css';
import './style/message.css';
import './style/narrow.css';
import './style/compose.css';
import { go, route, startNavigation } from './lib/navigation';
import { loadSession, session } from './lib/session';
import { MailScreen } from './mail/screen';
import { Notices } from './shell/notices';
import { SignInPage } from './sign-in/page';

function NotFound() {
  useEffect(() => {
    document.title = 'Page not found · Pillarbox';
  }, []);
  return (
    <main class="sign-in">
      <div class="card">
        <img class="mark" src="/favicon.svg" alt="" width="48" height="48" />
        <h1>Page not found</h1>
        <p class="muted">There is nothing at this address.</p>
        <a class="button primary" href="/mail/inbox">
          Go to the Inbox
        </a>
      </div>
    </main>
  );
}

function App() {
  const now = route.value;
  const mail = now.name === 'mail' || now.name === 'search';
  useEffect(() => {
    if (now.name === 'home') go({ name: 'mail', mailbox: 'inbox', message: null }, true);
    // Who is signed in is asked beside the first list, not before it.
    if (mail && !session.peek()) void loadSession().catch(() => {});
  }, [now]);
  return (
    <>
      {now.name === 'sign-in' && <SignInPage next={now.next} />}
      {mail && <MailScreen />}
      {now.name === 'not-found' && <NotFound />}
      <Notices />
    </>
  );
}

startNavigation();
const root = document.getElementById('app');
if (root) render(<App />, root);
