import { useEffect, useState } from 'preact/hooks';
import { call, explain } from '../lib/api';
import { size } from '../lib/format';
import type { Message } from '../lib/types';
import { Dialog } from '../shell/dialog';

const mostShown = 262_144; // octets of an original

export function HeadersDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  return (
    <Dialog title="Headers" wide onClose={onClose}>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Header fields">
        <table class="headers">
          <tbody>
            {message.headers.map((field) => (
              <tr>
                <th scope="row">{field.name}</th>
                <td>{field.value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}

export function OriginalDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    const read = async () => {
      try {
        const headers = { Range: `bytes=0-${mostShown - 1}` };
        const response = await call('GET', `/messages/${message.id}/raw`, { headers, signal: controller.signal });
        setText(await response.text());
      } catch (failure) {
        if (!controller.signal.aborted) setError(explain(failure));
      }
    };
    void read();
    return () => controller.abort();
  }, [message.id]);

  return (
    <Dialog title="Original" wide onClose={onClose}>
      {error && <p class="alert" role="alert">{error}</p>}
      {message.size > mostShown && <p class="muted">The first {size(mostShown)} of {size(message.size)}. The file has the rest.</p>}
      <pre class="original" tabIndex={0} aria-label="Original message" aria-busy={text === null && !error}>{text}</pre>
      <p>
        <a class="button" href={`/api/v1/messages/${message.id}/raw`} download={`${message.id}.eml`}>
          Download .eml
        </a>
      </p>
    </Dialog>
  );
}
