import { useEffect } from 'preact/hooks';
import { adminPages, type AdminPage } from '../lib/router';
import { session } from '../lib/session';
import { startListening } from '../mail/live';
import { NotFound } from '../shell/not-found';
import { Pages } from '../shell/pages';
import { AccountsPage } from './accounts';
import { AliasesPage } from './aliases';
import { DomainsPage } from './domains';
import { OverviewPage } from './overview';
import { QueuePage } from './queue';

const titles: Record<AdminPage, string> = { overview: 'Overview', domains: 'Domains', accounts: 'Accounts', aliases: 'Aliases', queue: 'Queue' };

function Page({ page }: { page: AdminPage }) {
  switch (page) {
    case 'overview':
      return <OverviewPage />;
    case 'domains':
      return <DomainsPage />;
    case 'accounts':
      return <AccountsPage />;
    case 'aliases':
      return <AliasesPage />;
    case 'queue':
      return <QueuePage />;
  }
}

export function AdminScreen({ page }: { page: AdminPage }) {
  const account = session.value?.account;
  const admin = account?.admin === true;
  useEffect(() => (admin ? startListening(() => {}) : undefined), [admin]);
  if (!account) return null;
  if (!account.admin) return <NotFound />;
  return (
    <Pages label="Administration" pages={adminPages.map((one) => ({ href: `/admin/${one}`, title: titles[one] }))} current={`/admin/${page}`}>
      <Page key={page} page={page} />
    </Pages>
  );
}
