// The message frame: a classic script in a document whose origin is opaque. It
// hears the page, cleans what it is given, shows it, and says how tall it is.
import { clean } from './clean';
import { isToFrame, type FromFrame, type ToFrame } from './protocol';

const keys = ['j', 'k', 'o', 'u', 'Escape', 's', 'I', 'U', '?', 'g', 'i', 'd', 'a', 't'];
const mostReports = 400; // heights told: a message that grows with its frame would go on for ever

function tell(said: FromFrame): void {
  parent.postMessage(said, '*');
}

let shown = false;
let reports = 0;
let lastHeight = -1;

function report(): void {
  if (!shown) return; // an empty page's height says nothing
  const root = document.documentElement;
  const bar = root.scrollWidth > root.clientWidth ? 18 : 0; // room for a scrollbar under a wide table
  const height = document.body.offsetHeight + bar;
  if (height === lastHeight || reports > mostReports) return;
  lastHeight = height;
  reports++;
  if (height > 30_000) root.classList.add('scrolls');
  tell({ kind: 'height', height });
}

function show(order: ToFrame): void {
  const embedded = new Map<string, string>();
  for (const picture of order.pictures) {
    embedded.set(picture.id, URL.createObjectURL(new Blob([picture.octets], { type: picture.type })));
  }
  const { content, held, coloured } = clean(order.html, { remote: order.remote, embedded });
  const root = document.documentElement;
  root.classList.toggle('dark', order.theme === 'dark' && !coloured);
  root.classList.toggle('sheet', order.theme === 'dark' && coloured);
  document.body.replaceChildren(content);
  shown = true;
  tell({ kind: 'held', count: held });
  report();
}

addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source === parent && isToFrame(event.data)) show(event.data);
});

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !keys.includes(event.key)) return;
  event.preventDefault();
  tell({ kind: 'key', key: event.key, shift: event.shiftKey });
});

new ResizeObserver(report).observe(document.body);
addEventListener('load', report, true); // pictures, as they come
tell({ kind: 'ready' });
