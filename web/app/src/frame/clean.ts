import DOMPurify from 'dompurify';

const allowedLink = /^(?:https?:|mailto:|tel:)/i;
const remoteAddress = /^https?:\/\//i;
const pictureAttributes = ['src', 'srcset', 'background', 'poster', 'lowsrc', 'dynsrc'];

export interface Pictures {
  remote: boolean; // may remote ones load
  embedded: Map<string, string>; // content id to blob: address
}

export interface Cleaned {
  content: DocumentFragment;
  held: number; // remote pictures that were left out
  coloured: boolean; // the message says what colours it wants
}

/** CSS without anything that fetches. Escapes could hide a url(), and no mail needs them. */
export function cleanCss(css: string, remote: boolean): { css: string; held: number } {
  if (css.includes('\\') || /expression\s*\(|-moz-binding|behavior\s*:/i.test(css)) return { css: '', held: 0 };
  let held = 0;
  // The end of a style closes what is open, so an address may do without its parenthesis.
  const bare = css.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, ' ').replace(/@import[^;]*(;|$)/gi, '');
  const cleaned = bare.replace(/(?:url|image-set|image|src)\s*\(\s*(['"]?)([^)]*?)\1\s*(?:\)|$)/gi, (whole: string, _quote: string, address: string) => {
    if (/^data:image\/(png|jpeg|gif|webp)/i.test(address)) return whole;
    if (!remoteAddress.test(address.trim())) return 'none';
    if (!remote) held++;
    return remote ? whole : 'none';
  });
  // Nothing stays in place while the message scrolls: it would cover the frame's own notes.
  const kept = cleaned.replace(/(^|[^-\w])position\s*:\s*(?!(?:static|relative|absolute)\b)[^;}]*/gi, '$1position: static');
  return { css: kept, held };
}

/** What the reader would think a link leads to, when its text is an address itself. */
function namedHost(text: string): string | null {
  const match = /^\s*(?:https?:\/\/)?((?:[\w-]+\.)+[a-z]{2,})(?:[/?#:]\S*)?\s*$/i.exec(text);
  return match?.[1]?.toLowerCase() ?? null;
}

/** The id that a "cid:" address names (RFC 2392 §2); one that is coded wrongly names nothing. */
function contentId(address: string): string {
  try {
    return decodeURIComponent(address.slice(4));
  } catch {
    return '';
  }
}

function prepareLink(link: HTMLAnchorElement): void {
  const address = link.getAttribute('href') ?? '';
  if (!allowedLink.test(address.trim())) {
    link.removeAttribute('href'); // relative addresses lead nowhere in mail
    return;
  }
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.title = link.href;
  if (!/^https?:/i.test(link.protocol)) return;
  const named = namedHost(link.textContent ?? '');
  const host = link.hostname.toLowerCase();
  const same = (a: string, b: string) => a === b || a === `www.${b}` || b === `www.${a}`;
  if (!named || same(named, host)) return;
  const note = document.createElement('span');
  note.className = 'pillarbox-host';
  note.textContent = `leads to ${host}`;
  link.after(note);
}

/** Long quoted parts fold away; what the sender wrote comes first. */
function foldQuotes(content: DocumentFragment): void {
  const outer = content.querySelectorAll('.gmail_quote, blockquote[type=cite], .yahoo_quoted, .moz-cite-prefix + blockquote');
  for (const quote of outer) {
    if (quote.closest('details') || quote.parentElement?.closest('.gmail_quote, blockquote[type=cite]')) continue;
    const details = document.createElement('details');
    details.className = 'pillarbox-quote';
    const summary = document.createElement('summary');
    summary.textContent = 'Quoted text';
    quote.replaceWith(details);
    details.append(summary, quote);
  }
}

/** Makes of a stranger's HTML something that can be looked at. */
export function clean(html: string, pictures: Pictures): Cleaned {
  let held = 0;
  let coloured = false;

  const onElement = (node: Node) => {
    if (!(node instanceof HTMLStyleElement)) return;
    const { css, held: count } = cleanCss(node.textContent ?? '', pictures.remote);
    node.textContent = css;
    held += count;
    if (/(^|[^-\w])(background|color)\b/i.test(css)) coloured = true;
  };
  const onAttribute = (node: Element, data: { attrName: string; attrValue: string; keepAttr: boolean }) => {
    const { attrName, attrValue } = data;
    if (attrName === 'style') {
      const { css, held: count } = cleanCss(attrValue, pictures.remote);
      data.attrValue = css;
      held += count;
      if (/(^|[^-\w])(background(-color)?|color)\s*:/i.test(css)) coloured = true;
    } else if (attrName === 'bgcolor' || (attrName === 'color' && node.nodeName === 'FONT')) {
      coloured = true;
    } else if (pictureAttributes.includes(attrName)) {
      const address = attrValue.trim();
      const embedded = /^cid:/i.test(address) ? pictures.embedded.get(contentId(address)) : undefined;
      if (embedded) data.attrValue = embedded;
      else if (/^data:image\/(png|jpeg|gif|webp)[;,]/i.test(address)) return;
      else if (remoteAddress.test(address) && attrName !== 'poster') {
        if (!pictures.remote) {
          held++;
          data.keepAttr = false;
        }
      } else data.keepAttr = false;
    }
  };

  DOMPurify.addHook('uponSanitizeElement', onElement);
  DOMPurify.addHook('uponSanitizeAttribute', onAttribute as never);
  try {
    // The mark before it makes a <frameset> mean nothing, which would take the place of the body.
    const content = DOMPurify.sanitize(`<wbr>${html}`, {
      USE_PROFILES: { html: true },
      FORCE_BODY: true,
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
      ADD_TAGS: ['style'],
      ADD_ATTR: ['background'],
      FORBID_TAGS: ['form', 'input', 'button', 'textarea', 'select', 'option', 'optgroup', 'datalist', 'output', 'meter', 'progress', 'fieldset', 'legend', 'label', 'svg', 'math', 'audio', 'video', 'source', 'track', 'picture', 'canvas', 'iframe', 'frame', 'frameset', 'object', 'embed', 'meta', 'base', 'link', 'dialog', 'map', 'area', 'template', 'slot', 'marquee'],
      FORBID_ATTR: ['id', 'name', 'for', 'action', 'ping', 'usemap', 'autofocus', 'contenteditable', 'tabindex', 'accesskey', 'srcset', 'popover', 'popovertarget'],
      // Asked for every attribute: "100%" and "left" pass too. Links and pictures are looked at more closely here.
      ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel|cid|blob):|data:image\/(?:png|jpeg|gif|webp)[;,]|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
      RETURN_DOM_FRAGMENT: true,
    }) as DocumentFragment;
    if (content.firstChild?.nodeName === 'WBR') content.firstChild.remove(); // it would have a line to itself
    for (const link of content.querySelectorAll('a')) prepareLink(link);
    for (const image of content.querySelectorAll('img')) if (!image.hasAttribute('alt')) image.alt = '';
    foldQuotes(content);
    return { content, held, coloured };
  } finally {
    DOMPurify.removeAllHooks();
  }
}
