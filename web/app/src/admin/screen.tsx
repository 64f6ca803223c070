import { useEffect } from 'preact/hooks';
import '../style/admin.css';
import { online } from '../lib/api';
import { adminPages, type AdminPage } from '../lib/router';
import { session } from '../lib/session';
import { AccountMenu } from '../shell/account-menu';
import { Icon } from '../shell/icon';
import { NotFound } from '../shell/not-found';
import { SignInHere } from '../sign-in/here';
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
  useEffect(() => {
    if (account?.admin) document.title = `${titles[page]} · Administration · Pillarbox`;
  }, [page, account?.admin]);
  // On a phone the pages are in a row that scrolls.
  useEffect(() => {
    document.querySelector('.admin-nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [page, account?.admin]);
  if (!account) return null;
  if (!account.admin) return <NotFound />;

  const skip = (event: MouseEvent) => {
    event.preventDefault();
    document.querySelector<HTMLElement>('.admin-main')?.focus();
  };
  return (
    <>
      <div class="shell">
        <a class="skip" href="#content" onClick={skip}>
          Skip to content
        </a>
        <header class="top">
          <a class="brand always" href="/mail/inbox">
            <img src="/favicon.svg" alt="" width="24" height="24" />
            Pillarbox
          </a>
          <a class="button" href="/mail/inbox">
            <Icon name="inbox" />
            Mail
          </a>
          <AccountMenu />
        </header>
        {!online.value && (
          <p class="offline" role="alert">
            <Icon name="warning" />
            Pillarbox cannot be reached.
          </p>
        )}
        <div class="admin">
          <nav class="admin-nav" aria-label="Administration">
            <ul>
              {adminPages.map((one) => (
                <li key={one}>
                  <a href={`/admin/${one}`} aria-current={one === page ? 'page' : undefined}>
                    {titles[one]}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <main class="admin-main" id="content" tabIndex={-1}>
            <Page key={page} page={page} />
          </main>
        </div>
      </div>
      <SignInHere />
    </>
  );
}
