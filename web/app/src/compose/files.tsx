import { size } from '../lib/format';
import { Icon } from '../shell/icon';
import type { Writing } from './writing';

const percent = (part: number): number => Math.floor(part * 100);

/** What is attached, and what is on its way. */
export function Files({ writing, disabled }: { writing: Writing; disabled: boolean }) {
  const attached = writing.draft.value?.attachments ?? [];
  const uploads = writing.uploads.value;
  if (attached.length + uploads.length === 0) return null;
  return (
    <ul class="compose-files" aria-label="Attached files">
      {attached.map((file) => (
        <li key={file.id}>
          <Icon name="attachment" />
          <span class="name">{file.name}</span>
          <span class="muted">{size(file.size)}</span>
          <button type="button" class="icon-button" disabled={disabled} aria-label={`Remove ${file.name}`} title={`Remove ${file.name}`} onClick={() => void writing.detach(file.id)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
      {uploads.map((upload) => (
        <li key={upload.key}>
          <Icon name={upload.error ? 'warning' : 'attachment'} />
          <span class="name">{upload.file.name}</span>
          {upload.error ? (
            <span class="fault" role="alert">
              {upload.error}
            </span>
          ) : (
            <>
              <progress max={100} value={percent(upload.part)} aria-label={`Attaching ${upload.file.name}`} />
              <span class="muted">{percent(upload.part)} %</span>
            </>
          )}
          <button type="button" class="icon-button" aria-label={`Cancel ${upload.file.name}`} title={`Cancel ${upload.file.name}`} onClick={() => writing.cancel(upload.key)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
