import { useEffect, useRef } from 'preact/hooks';
import { count } from '../lib/format';
import { Icon } from '../shell/icon';
import { Menu, type MenuItem } from '../shell/menu';
import { archive, junk, mark, remove, roleOf, star, target } from './actions';
import { asking, moving } from './questions';
import type { RowList } from './rows';
import { clearSelection, countChecked, selecting, selection, toggleAll } from './selection';
import { flagsOf } from './state';

/** The box that checks the whole list, also what was never fetched of it. */
export function SelectAll({ list }: { list: RowList }) {
  const box = useRef<HTMLInputElement>(null);
  const { all, ids } = selection.value;
  const whole = all && ids.size === 0;
  useEffect(() => {
    if (box.current) box.current.indeterminate = selecting.value && !whole;
  });
  return (
    <label class="select-all" title="Select all">
      <input type="checkbox" aria-label="Select all" ref={box} checked={whole} disabled={!list.total.value} onChange={toggleAll} />
    </label>
  );
}

/** What can be done with the rows that are checked. */
export function SelectionBar({ list }: { list: RowList }) {
  const what = target();
  if (!what) return null;
  const role = roleOf(what);
  const unread = what.whole !== null || what.ids.some((id) => !flagsOf(id)?.seen);
  const items: MenuItem[] = [
    { label: 'Move to…', run: () => (moving.value = what) },
    { label: unread ? 'Mark as unread' : 'Mark as read', run: () => mark(what, { seen: !unread }) },
    { label: 'Star', run: () => star(what) },
  ];
  if (role !== 'drafts') items.splice(1, 0, { label: role === 'junk' ? 'Not junk' : 'Junk', run: () => junk(what) });
  items.push({ label: 'Clear selection', run: clearSelection });
  return (
    <div class="selection-bar" role="toolbar" aria-label="Selection actions">
      <p role="status">{count(countChecked(list), 'selected', 'selected')}</p>
      <span class="spring" />
      {role !== 'drafts' && role !== 'archive' && (
        <button type="button" class="icon-button" aria-label="Archive" title="Archive (e)" onClick={() => archive(what)}>
          <Icon name="archive" />
        </button>
      )}
      <button type="button" class="icon-button" aria-label="Delete" title={role === 'trash' ? 'Delete for good (#)' : 'Delete (#)'} onClick={() => remove(what, (question) => (asking.value = question))}>
        <Icon name="trash" />
      </button>
      <button type="button" class="icon-button" aria-label={unread ? 'Mark as read' : 'Mark as unread'} title={unread ? 'Mark as read (Shift+i)' : 'Mark as unread (Shift+u)'} onClick={() => mark(what, { seen: unread })}>
        <Icon name="mail-open" />
      </button>
      <Menu label="More for the selection" className="icon-button" button={<Icon name="more" />} items={items} />
    </div>
  );
}
