import { go } from '../lib/navigation';
import { Icon } from '../shell/icon';
import { Menu, type MenuItem } from '../shell/menu';
import type { RowList } from './rows';

/** Which way a list goes; its address says so. */
export function SortMenu({ list }: { list: RowList }) {
  const item = (label: string, oldestFirst: boolean): MenuItem => ({
    label,
    chosen: list.oldestFirst === oldestFirst,
    icon: list.oldestFirst === oldestFirst ? <Icon name="tick" /> : <span class="icon" />,
    run: () => go({ ...list.routeTo(null), oldestFirst }),
  });
  return <Menu label="Sort" className="icon-button" button={<Icon name="sort" />} items={[item('Newest first', false), item('Oldest first', true)]} />;
}
