import { announcement } from '../mail/state';
import { act, dismiss, hold, notices, release } from '../lib/notices';
import { Icon } from './icon';

/** What just happened, bottom left; and what only needs to be heard. */
export function Notices() {
  return (
    <>
      <div class="notices" role="status">
        {notices.value.map((notice) => (
          <div
            class="notice"
            key={notice.id}
            onMouseEnter={() => hold(notice.id)}
            onMouseLeave={() => release(notice.id)}
            onFocusIn={() => hold(notice.id)}
            onFocusOut={() => release(notice.id)}
          >
            <span>{notice.text}</span>
            {notice.action && (
              <button type="button" class="notice-action" onClick={() => act(notice)}>
                {notice.action.label}
              </button>
            )}
            <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(notice.id)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
      <p class="only-heard" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}
