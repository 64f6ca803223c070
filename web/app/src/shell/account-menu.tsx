import { finishWriting } from '../compose/composer';
import { explain } from '../lib/api';
import { initials } from '../lib/format';
import { notify } from '../lib/notices';
import { session, signOut } from '../lib/session';
import { helpShown } from './keys';
import { Menu, type MenuItem } from './menu';

async function leave(): Promise<void> {
  try {
    await finishWriting();
    await signOut();
  } catch (error) {
    notify(`Not signed out. ${explain(error)}`);
  }
}

export function AccountMenu({ keys = false }: { keys?: boolean }) {
  const account = session.value?.account;
  const address = account?.address ?? '';
  const items: MenuItem[] = [{ label: 'Settings', href: '/settings/profile' }];
  if (account?.admin) items.push({ label: 'Administration', href: '/admin/overview' });
  if (keys) items.push({ label: 'Keyboard shortcuts', run: () => (helpShown.value = true) });
  items.push({ label: 'Sign out', run: () => void leave() });
  return (
    <Menu
      label="Account menu"
      className="account-button"
      button={<span class="avatar small">{address ? initials('', address) : ''}</span>}
      heading={<p class="menu-heading">{address}</p>}
      items={items}
    />
  );
}
