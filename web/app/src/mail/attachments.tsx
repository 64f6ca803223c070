import { useRef } from 'preact/hooks';
import { count, size } from '../lib/format';
import type { Message } from '../lib/types';
import { Icon } from '../shell/icon';

const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const largestPreview = 5_000_000; // octets

export function Attachments({ message }: { message: Message }) {
  const list = useRef<HTMLUListElement>(null);
  const files = message.attachments.filter((part) => !part.inline);
  if (files.length === 0) return null;
  // One download each, as a click on it would be: the browser asks once whether a page may begin several.
  const saveAll = () => list.current?.querySelectorAll<HTMLAnchorElement>('a[download]').forEach((link) => link.click());
  return (
    <section class="attachments" aria-label="Attachments">
      <div class="attachments-head">
        <h3>{count(files.length, 'attachment')}</h3>
        {files.length > 1 && (
          <button type="button" class="button" onClick={saveAll}>
            Save all
          </button>
        )}
      </div>
      <ul ref={list}>
        {files.map((part) => {
          const address = `/api/v1/messages/${message.id}/parts/${part.path}`;
          const name = part.name || `Part ${part.path}`;
          return (
            <li key={part.path}>
              {pictures.includes(part.type) && part.size <= largestPreview ? (
                <img src={address} alt="" loading="lazy" width="40" height="40" />
              ) : (
                <span class="kind">
                  <Icon name="file" />
                </span>
              )}
              <span class="file">
                <span class="name" title={name}>
                  {name}
                </span>
                <span class="muted">{size(part.size)}</span>
              </span>
              <a class="icon-button" href={`${address}?download=1`} download={name} aria-label={`Download ${name}`} title={`Download ${name}`}>
                <Icon name="download" />
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
