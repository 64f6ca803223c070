import { formatPerson } from '../lib/addresses';
import { mediumDate } from '../lib/format';
import type { Fields } from './client';
import { fieldsOf, type Writing } from './writing';

function Version({ title, fields }: { title: string; fields: Fields }) {
  const to = [...fields.to, ...fields.cc, ...fields.bcc].map(formatPerson).join(', ');
  return (
    <section class="version" aria-label={title}>
      <h3>{title}</h3>
      <p class="muted">{to ? `To ${to}` : 'Nobody yet'}</p>
      <p>
        <strong>{fields.subject || '(no subject)'}</strong>
      </p>
      <pre tabIndex={0} aria-label={`Text of ${title}`}>{fields.text}</pre>
    </section>
  );
}

/** The draft was saved elsewhere too: both versions, and which one is to stay. */
export function Conflict({ writing }: { writing: Writing }) {
  const other = writing.theirs.value;
  if (!other) return null;
  return (
    <div class="conflict" role="alert">
      <p>
        <strong>This draft was changed elsewhere</strong> at {mediumDate(other.saved)}. Nothing is saved until you choose.
      </p>
      <div class="versions">
        <Version title="Your version" fields={writing.fields.value} />
        <Version title="The other version" fields={fieldsOf(other)} />
      </div>
      <p class="conflict-actions">
        <button type="button" class="button" onClick={() => writing.settle(true)}>
          Keep your version
        </button>
        <button type="button" class="button" onClick={() => writing.settle(false)}>
          Take the other version
        </button>
      </p>
    </div>
  );
}
