import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { call } from '../lib/api';
import { dark } from '../lib/screen';
import { trustImages, trustsImages } from '../lib/trust';
import type { Message } from '../lib/types';
import type { FromFrame, ToFrame } from '../frame/protocol';
import { isFromFrame } from '../frame/protocol';
import { Icon } from '../shell/icon';
import { pressFromFrame } from './keyboard';

const largestInline = 10_000_000; // octets of pictures that belong into the text
const inlineTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** The pictures that the text shows by "cid:", as octets: the frame may fetch nothing. */
async function readPictures(message: Message, html: string, signal: AbortSignal): Promise<ToFrame['pictures']> {
  const wanted = message.attachments.filter(
    (part) => part.contentId && inlineTypes.includes(part.type) && html.includes(`cid:${part.contentId}`),
  );
  let left = largestInline;
  const pictures: ToFrame['pictures'] = [];
  for (const part of wanted) {
    left -= part.size;
    if (left < 0) break;
    const response = await call('GET', `/messages/${message.id}/parts/${part.path}`, { signal });
    pictures.push({ id: part.contentId, type: part.type, octets: await response.arrayBuffer() });
  }
  return pictures;
}

interface Props {
  message: Message;
  html: string;
  sheet: boolean; // on white, whatever the theme
}

/** Mail's HTML, in a document of its own that can reach nothing. */
export function BodyFrame({ message, html, sheet }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [asked, setRemote] = useState(false);
  const remote = asked || trustsImages(message);
  const [held, setHeld] = useState(0);
  const [height, setHeight] = useState(0);
  const theme = dark.value && !sheet ? 'dark' : 'light';

  // Before the frame can load: on a page with much else to draw, it may say that it is ready before a mere effect listens.
  useLayoutEffect(() => {
    const controller = new AbortController();
    const show = async () => {
      let pictures: ToFrame['pictures'] = [];
      try {
        pictures = await readPictures(message, html, controller.signal);
      } catch {
        // The text is shown without its pictures; they are among the attachments.
      }
      if (controller.signal.aborted) return;
      const order: ToFrame = { kind: 'show', html, pictures, theme, remote };
      // Its origin is opaque, so there is none to name; only this frame hears it.
      frame.current?.contentWindow?.postMessage(order, '*', pictures.map((picture) => picture.octets));
    };
    const hear = (event: MessageEvent<unknown>) => {
      if (event.source !== frame.current?.contentWindow || !isFromFrame(event.data)) return;
      const said: FromFrame = event.data;
      if (said.kind === 'ready') void show();
      else if (said.kind === 'height') setHeight(Math.min(said.height, 30_000));
      else if (said.kind === 'held') setHeld(said.count);
      else pressFromFrame(said.key, said.shift);
    };
    addEventListener('message', hear);
    return () => {
      controller.abort();
      removeEventListener('message', hear);
    };
  }, [message.id, html, remote, theme]);

  return (
    <div class="body-frame">
      {held > 0 && !remote && (
        <div class="held-back">
          <Icon name="image-off" />
          <p>
            Remote images were not loaded. <span class="muted">Loading them tells the sender that you read this.</span>
          </p>
          <div class="held-actions">
            <button type="button" class="button" onClick={() => setRemote(true)}>
              Load remote images
            </button>
            {message.from[0]?.address && (
              <button type="button" class="button" onClick={() => void trustImages(message.from[0]?.address ?? '')}>
                Always load from this sender
              </button>
            )}
          </div>
        </div>
      )}
      <iframe
        key={`${message.id} ${remote} ${theme}`}
        ref={frame}
        title="Message body"
        sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"
        src={remote ? '/frame/message-images' : '/frame/message'}
        style={{ height: `${Math.max(height, 40)}px`, visibility: height > 0 ? 'visible' : 'hidden' }}
      />
    </div>
  );
}
