import { useEffect, useRef, useState } from 'preact/hooks';
import { online } from '../lib/api';
import type { Person } from '../lib/types';
import { identities } from '../lib/identities';
import { session } from '../lib/session';
import { swapSignature } from '../lib/signature';
import { Icon } from '../shell/icon';
import { faultsAt, mentionsFile, recipientFields, type RecipientField } from './check';
import { closeComposer, discard, focusDialog, sendNow, writing } from './composer';
import { Conflict } from './conflict';
import { Files } from './files';
import { Recipients } from './recipients';
import type { Writing } from './writing';
import { formatPerson } from '../lib/addresses';

const labels: Record<RecipientField, string> = { to: 'To', cc: 'Cc', bcc: 'Bcc' };

function statusOf(now: Writing): string {
  if (now.sending.value === 'waits') return 'Will be sent as soon as Pillarbox can be reached';
  if (now.sending.value === 'now') return now.uploads.value.length > 0 ? 'Sending when the files are up…' : 'Sending…';
  switch (now.saved.value) {
    case 'saving':
      return 'Saving…';
    case 'saved':
      return 'Draft saved';
    case 'failed':
      return 'Not saved yet';
    default:
      return '';
  }
}

function Sender({ now, disabled }: { now: Writing; disabled: boolean }) {
  const own: Person = { name: '', address: session.value?.account.address ?? '' };
  const from = now.fields.value.from ?? now.draft.value?.from ?? own;
  const mine = identities.value ?? [];
  const known = [from, ...mine, own].filter((person, i, all) => all.findIndex((one) => one.address === person.address) === i);
  const signatureOf = (address: string) => mine.find((one) => one.address === address)?.signature ?? '';
  const write = (address: string) => {
    const { name } = known.find((one) => one.address === address) ?? own;
    now.change({ from: { name, address }, text: swapSignature(now.fields.value.text, signatureOf(from.address), signatureOf(address)) });
  };
  const faults = faultsAt(now.faults.value, 'from');
  return (
    <div class="compose-field">
      <label for="compose-from">From</label>
      <div class="recipients">
        <select
          id="compose-from"
          disabled={disabled}
          value={from.address}
          aria-invalid={faults.length > 0}
          onChange={(event) => write(event.currentTarget.value)}
        >
          {known.map((person) => (
            <option key={person.address} value={person.address}>
              {formatPerson(person)}
            </option>
          ))}
        </select>
        {faults[0] && (
          <p class="fault" role="alert">
            {faults[0].detail}
          </p>
        )}
      </div>
    </div>
  );
}

/** Which of Cc and Bcc are shown: those that have somebody, and those that were asked for. */
function useMore(now: Writing): [Record<RecipientField, boolean>, (field: RecipientField) => void] {
  const [asked, setAsked] = useState<RecipientField[]>([]);
  const shown = (field: RecipientField) => field === 'to' || asked.includes(field) || now.fields.value[field].length > 0;
  return [{ to: true, cc: shown('cc'), bcc: shown('bcc') }, (field) => setAsked([...asked, field])];
}

function Editor({ now }: { now: Writing }) {
  const root = useRef<HTMLElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTextAreaElement>(null);
  const [more, ask] = useMore(now);
  const [asksForFile, setAsksForFile] = useState(false);
  const [dropping, setDropping] = useState(false);
  const askedForFile = useRef(false);
  const fields = now.fields.value;
  const busy = now.sending.value === 'now';
  const attached = (now.draft.value?.attachments.length ?? 0) + now.uploads.value.length;

  // The keyboard goes back to where it came from.
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    return () => {
      if (root.current?.contains(document.activeElement) || document.activeElement === document.body) opener?.focus?.();
    };
  }, []);

  // An answer begins above what it quotes; anything else with whom it is for.
  useEffect(() => {
    if (fields.to.length > 0 && now.draft.peek()?.inReplyTo && body.current) {
      body.current.focus();
      body.current.setSelectionRange(0, 0);
      body.current.scrollTop = 0;
    } else {
      root.current?.querySelector<HTMLElement>('[role=combobox]')?.focus();
    }
  }, [focusDialog.value]);

  // The first fault takes the keyboard.
  useEffect(() => {
    if (now.faults.value.length > 0) root.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [now.faults.value]);

  const attach = (files: FileList | null | undefined) => {
    if (files && files.length > 0) now.attach(files);
    setAsksForFile(false);
  };

  const send = () => {
    if (mentionsFile(fields) && attached === 0 && !askedForFile.current) {
      askedForFile.current = true;
      setAsksForFile(true);
      return;
    }
    setAsksForFile(false);
    void sendNow();
  };

  const onKey = (event: KeyboardEvent) => {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key === 'Enter') send();
    else if (control && event.key.toLowerCase() === 's') void now.save();
    else if (event.key === 'Escape' && !event.isComposing) closeComposer();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onDrag = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    setDropping(event.type === 'dragover' || event.type === 'dragenter');
  };
  const onDrop = (event: DragEvent) => {
    onDrag(event);
    attach(event.dataTransfer?.files);
  };

  return (
    <section
      ref={root}
      role="dialog"
      aria-label="Compose message"
      class={dropping ? 'compose dropping' : 'compose'}
      onKeyDown={onKey}
      onDragEnter={onDrag}
      onDragOver={onDrag}
      onDragLeave={onDrag}
      onDrop={onDrop}
    >
      <header class="compose-head">
        <h2>Compose message</h2>
        <button type="button" class="icon-button" aria-label="Close" title="Close: the draft is kept (Esc)" onClick={closeComposer}>
          <Icon name="close" />
        </button>
      </header>
      {now.theirs.value ? (
        <Conflict writing={now} />
      ) : (
        <>
          <div class="compose-main">
            <div class="compose-fields">
              <Sender now={now} disabled={busy} />
              {recipientFields.filter((field) => more[field]).map((field) => (
                <Recipients
                  key={field}
                  label={labels[field]}
                  field={field}
                  people={fields[field]}
                  faults={faultsAt(now.faults.value, field)}
                  disabled={busy}
                  onChange={(people) => now.change({ [field]: people })}
                >
                  {field === 'to' &&
                    (['cc', 'bcc'] as const).filter((other) => !more[other]).map((other) => (
                      <button key={other} type="button" class="link" aria-label={`Add ${labels[other]}`} onClick={() => ask(other)}>
                        {labels[other]}
                      </button>
                    ))}
                </Recipients>
              ))}
              <div class="compose-field">
                <label for="compose-subject">Subject</label>
                <input id="compose-subject" type="text" name="subject" value={fields.subject} maxLength={900} disabled={busy} autocomplete="off" onInput={(event) => now.change({ subject: event.currentTarget.value })} />
              </div>
            </div>
            <textarea ref={body} class="compose-body" aria-label="Message body" name="text" value={fields.text} disabled={busy} onInput={(event) => now.change({ text: event.currentTarget.value })} onPaste={(event) => attach(event.clipboardData?.files)} />
          </div>
          <Files writing={now} disabled={busy} />
          {asksForFile && (
            <div class="compose-note" role="alert">
              <p>You wrote of an attachment, but there is no file.</p>
              <button type="button" class="button" onClick={() => picker.current?.click()}>
                Choose files
              </button>
              <button type="button" class="button" onClick={send}>
                Send without
              </button>
            </div>
          )}
          {now.trouble.value && (
            <p class="compose-note" role="alert">
              <Icon name="warning" />
              <span>{now.trouble.value}</span>
            </p>
          )}
          <footer class="compose-actions">
            <button type="button" class="primary" aria-disabled={busy} title="Send (Ctrl+Enter)" onClick={send}>
              Send
            </button>
            <button type="button" class="icon-button" aria-label="Attach files" title="Attach files" disabled={busy} onClick={() => picker.current?.click()}>
              <Icon name="attachment" />
            </button>
            <button type="button" class="icon-button" aria-label="Discard draft" title="Discard draft" disabled={busy} onClick={discard}>
              <Icon name="trash" />
            </button>
            <p class="muted" role="status">
              {statusOf(now)}
              {!online.value && now.saved.value === 'failed' && ' (offline)'}
            </p>
          </footer>
          <input
            ref={picker}
            class="only-heard"
            type="file"
            multiple
            tabIndex={-1}
            aria-hidden="true"
            onChange={(event) => {
              attach(event.currentTarget.files);
              event.currentTarget.value = '';
            }}
          />
        </>
      )}
      {dropping && <p class="drop-hint">Drop files to attach them</p>}
    </section>
  );
}

/** The message that is being written, beside the mail; nothing when none is. */
export function Composer() {
  const now = writing.value;
  return now && <Editor key={now.key} now={now} />;
}
