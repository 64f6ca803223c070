import { sections, type Section } from '../lib/router';
import { session } from '../lib/session';
import { Pages } from '../shell/pages';
import { AppearancePage } from './appearance';
import { AppPasswordsPage } from './app-passwords';
import { IdentitiesPage } from './identities';
import { MailProgramsPage } from './mail-programs';
import { NotificationsPage } from './notifications';
import { PasswordPage } from './password';
import { ProfilePage } from './profile';
import { SessionsPage } from './sessions';
import { TokensPage } from './tokens';
import { TransferPage } from './transfer';

const titles: Record<Section, string> = {
  profile: 'Profile',
  identities: 'Identities',
  password: 'Password',
  sessions: 'Sessions',
  notifications: 'Notifications',
  appearance: 'Appearance',
  'app-passwords': 'App passwords',
  'mail-programs': 'Mail programs',
  'import-export': 'Import and export',
  tokens: 'API tokens',
};

function Page({ section }: { section: Section }) {
  switch (section) {
    case 'profile':
      return <ProfilePage />;
    case 'identities':
      return <IdentitiesPage />;
    case 'password':
      return <PasswordPage />;
    case 'sessions':
      return <SessionsPage />;
    case 'notifications':
      return <NotificationsPage />;
    case 'appearance':
      return <AppearancePage />;
    case 'app-passwords':
      return <AppPasswordsPage />;
    case 'mail-programs':
      return <MailProgramsPage />;
    case 'import-export':
      return <TransferPage />;
    case 'tokens':
      return <TokensPage />;
  }
}

export function SettingsScreen({ section }: { section: Section }) {
  if (!session.value) return null;
  return (
    <Pages label="Settings" pages={sections.map((one) => ({ href: `/settings/${one}`, title: titles[one] }))} current={`/settings/${section}`}>
      <Page key={section} section={section} />
    </Pages>
  );
}
