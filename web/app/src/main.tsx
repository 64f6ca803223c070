import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import './style/base.css';
import './style/shell.css';
import './style/mail.css';
import './style/message.css';
import './style/narrow.css';
import './style/compose.css';
import './style/doing.css';
import { lazy } from './lib/lazy';
import { go, route, startNavigation } from './lib/navigation';
import './lib/settings';
import { loadSession, session } from './lib/session';
import { MailScreen } from './mail/screen';
import { NotFound } from './shell/not-found';
import { Notices } from './shell/notices';
import { SignInPage } from './sign-in/page';

const SetUpPage = lazy(() => import('./setup/page').then((part) => part.SetUpPage));
const SetPasswordPage = lazy(() => import('./setup/new-password').then((part) => part.SetPasswordPage));
const SettingsScreen = lazy(() => import('./settings/sections').then((part) => part.SettingsScreen));
const AdminScreen = lazy(() => import('./admin/screen').then((part) => part.AdminScreen));

function App() {
  const now = route.value;
  const mail = now.name === 'mail' || now.name === 'search';
  useEffect(() => {
    if (now.name === 'home') go({ name: 'mail', mailbox: 'inbox', message: null }, true);
    // Who is signed in is asked beside the first list, not before it.
    if ((mail || now.name === 'settings' || now.name === 'admin') && !session.peek()) void loadSession().catch(() => {});
  }, [now]);
  return (
    <>
      {now.name === 'setup' && <SetUpPage code={now.code} />}
      {now.name === 'set-password' && <SetPasswordPage />}
      {now.name === 'sign-in' && <SignInPage next={now.next} />}
      {mail && <MailScreen />}
      {now.name === 'settings' && <SettingsScreen section={now.section} />}
      {now.name === 'admin' && <AdminScreen page={now.page} />}
      {now.name === 'not-found' && <NotFound />}
      <Notices />
    </>
  );
}

startNavigation();
const root = document.getElementById('app');
if (root) render(<App />, root);
