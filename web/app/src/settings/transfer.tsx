import { useEffect, useState } from 'preact/hooks';
import { getJson } from '../lib/api';
import { useLoaded } from '../lib/load';
import type { Mailbox } from '../lib/types';
import { ImportForm } from '../mail/import-form';
import { JobBar } from '../mail/job-bar';
import { findJobs } from '../mail/jobs';
import { Head, Waiting } from '../shell/parts';

interface ChoiceProps {
  id: string;
  label: string;
  value: string;
  values: { value: string; label: string }[];
  onChoose: (value: string) => void;
}

function Choice({ id, label, value, values, onChoose }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {values.map((one) => (
          <option key={one.value} value={one.value}>
            {one.label}
          </option>
        ))}
      </select>
    </div>
  );
}

const named = (mailboxes: Mailbox[]) => mailboxes.map(({ id, name }) => ({ value: id, label: name }));

const formats = [
  { value: 'mbox', label: 'One mbox file, for mail programs' },
  { value: 'zip', label: 'A zip of single messages (.eml)' },
];

function Export({ mailboxes }: { mailboxes: Mailbox[] }) {
  const [mailbox, setMailbox] = useState('');
  const [format, setFormat] = useState('mbox');
  const asked = new URLSearchParams({ ...(mailbox && { mailbox }), format });
  return (
    <section class="transfer">
      <h2>Export</h2>
      <div class="form narrow">
        <p class="muted">Takes a copy along; the mail stays here.</p>
        <Choice id="export-mailbox" label="What to export" value={mailbox} values={[{ value: '', label: 'All mail' }, ...named(mailboxes)]} onChoose={setMailbox} />
        <Choice id="export-format" label="Format" value={format} values={formats} onChoose={setFormat} />
        <p class="buttons">
          <a class="button primary" href={`/api/v1/export?${asked}`} download>
            Export
          </a>
        </p>
      </div>
    </section>
  );
}

function Import({ mailboxes }: { mailboxes: Mailbox[] }) {
  const able = mailboxes.filter(({ role }) => role !== 'drafts');
  const [id, setId] = useState('');
  const mailbox = able.find((one) => one.id === id) ?? able[0];
  if (!mailbox) return null;
  return (
    <section class="transfer">
      <h2>Import</h2>
      <ImportForm className="form narrow" mailbox={mailbox}>
        <Choice id="import-mailbox" label="Import into" value={mailbox.id} values={named(able)} onChoose={setId} />
      </ImportForm>
    </section>
  );
}

/** A person's mail, out as files and in from them. */
export function TransferPage() {
  const loaded = useLoaded((signal) => getJson<{ items: Mailbox[] }>('/mailboxes', signal), []);
  useEffect(() => void findJobs(), []); // a reload may have left some
  const mailboxes = loaded.data?.items;
  return (
    <>
      <Head title="Import and export" />
      <Waiting loaded={loaded} />
      {mailboxes && <Import mailboxes={mailboxes} />}
      {mailboxes && <Export mailboxes={mailboxes} />}
      <JobBar />
    </>
  );
}
