import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { size } from '../lib/format';
import type { Mailbox } from '../lib/types';
import { importFiles } from './importing';

interface Props {
  mailbox: Mailbox;
  className?: string;
  children?: ComponentChildren; // before the files
  onStart?: () => void;
  onCancel?: () => void; // where there is something to go back to
}

/** Asks for the files that are to be brought into a mailbox, and brings them. */
export function ImportForm({ mailbox, className, children, onStart, onCancel }: Props) {
  const [files, setFiles] = useState<File[]>([]);
  const [error, setError] = useState('');

  const start = (event: Event) => {
    event.preventDefault();
    if (files.length === 0) {
      setError('Choose a file.');
      return;
    }
    void importFiles(files, mailbox);
    setFiles([]);
    setError('');
    (event.currentTarget as HTMLFormElement).reset();
    onStart?.();
  };

  return (
    <form class={className} onSubmit={start}>
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      {children}
      <label class="labelled">
        Files
        <input
          type="file"
          class="text-input"
          multiple
          accept=".mbox,.mbx,.eml,message/rfc822,application/mbox"
          onChange={(event) => setFiles([...(event.currentTarget.files ?? [])])}
        />
      </label>
      {files.length > 1 && (
        <p class="muted">
          {files.length} files, {size(files.reduce((sum, file) => sum + file.size, 0))}
        </p>
      )}
      <p class="muted">An mbox, as other mail programs export it, or single messages (.eml). What was imported before is not brought again.</p>
      <p class="buttons">
        <button type="submit" class="button primary">
          Import
        </button>
        {onCancel && (
          <button type="button" class="button" onClick={onCancel}>
            Cancel
          </button>
        )}
      </p>
    </form>
  );
}
