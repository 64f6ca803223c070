import { memo } from './memo';
import { count, exactDate, shortDate } from '../lib/format';
import type { Row } from '../lib/types';
import { Icon } from '../shell/icon';
import { messagesOf } from './rows';

interface Props {
  index: number;
  top: number;
  row: Row | undefined;
  place: string; // the mailbox it lies in, where the list is not of one
  focusable: boolean;
  opened: boolean;
  checked: boolean;
  selecting: boolean; // some row is checked
  onOpen: (index: number, event: MouseEvent) => void;
  onCheck: (index: number, range: boolean) => void;
  onStar: (row: Row) => void;
}

function Placeholder() {
  return (
    <div role="gridcell" class="cell placeholder">
      <span class="only-heard">Loading</span>
      <span class="bar short" />
      <span class="bar" />
    </div>
  );
}

function Content({ row, place, onStar }: { row: Row; place: string; onStar: (row: Row) => void }) {
  const sender = row.from.name || row.from.address || 'Unknown sender';
  const messages = messagesOf(row);
  const star = (event: MouseEvent) => {
    event.stopPropagation();
    onStar(row);
  };
  return (
    <>
      <div role="gridcell" class="cell text">
        <span class="line">
          {!row.flags.seen && (
            <span class="dot">
              <span class="only-heard">Unread, </span>
            </span>
          )}
          <span class="sender" title={row.from.address}>
            {sender}
          </span>
          {messages > 1 && (
            <span class="count" title={count(messages, 'message')}>
              <span aria-hidden="true">{messages}</span>
              <span class="only-heard">, {count(messages, 'message')}</span>
            </span>
          )}
        </span>
        <span class="line">
          <span class="subject">{row.subject || '(no subject)'}</span> <span class="preview">{row.preview}</span>
        </span>
      </div>
      <div role="gridcell" class="cell side">
        <span class="line">
          {row.attachments && (
            <span class="clip" title="Has attachments">
              <Icon name="attachment" />
              <span class="only-heard">Has attachments, </span>
            </span>
          )}
          <time dateTime={row.received} title={exactDate(row.received)}>
            {shortDate(row.received)}
          </time>
        </span>
        <span class="line">
          {place && <span class="place">{place}</span>}
          <button type="button" tabIndex={-1} class={row.flags.flagged ? 'star on' : 'star'} aria-label="Starred" aria-pressed={row.flags.flagged} title={row.flags.flagged ? 'Take the star away' : 'Star'} onClick={star}>
            <Icon name={row.flags.flagged ? 'star-full' : 'star'} />
          </button>
        </span>
      </div>
    </>
  );
}

/** One row of the grid, placed where its position says. */
export const MessageRow = memo(function MessageRow({ index, top, row, place, focusable, opened, checked, selecting, onOpen, onCheck, onStar }: Props) {
  const classes = ['row', row && !row.flags.seen ? 'unread' : '', opened ? 'opened' : '', checked ? 'checked' : ''].join(' ');
  const check = (event: MouseEvent) => {
    event.stopPropagation();
    onCheck(index, event.shiftKey);
  };
  return (
    <div
      role="row"
      class={classes}
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={index + 1}
      aria-selected={selecting ? checked : opened}
      aria-current={opened ? 'true' : undefined}
      tabIndex={focusable ? 0 : -1}
      data-index={index}
      onClick={(event) => onOpen(index, event)}
      onMouseDown={(event) => event.shiftKey && event.preventDefault()}
    >
      {row ? <Content row={row} place={place} onStar={onStar} /> : <Placeholder />}
      {row && (
        <div role="gridcell" class="cell check" onClick={check}>
          <input type="checkbox" aria-label="Select message" tabIndex={-1} checked={checked} onClick={check} />
        </div>
      )}
    </div>
  );
});
