/** From the page to the message frame. */
export interface ToFrame {
  kind: 'show';
  html: string;
  pictures: { id: string; type: string; octets: ArrayBuffer }[];
  theme: 'light' | 'dark';
  remote: boolean; // remote pictures may load: the reader asked for them
}

/** From the message frame to the page. */
export type FromFrame =
  | { kind: 'ready' }
  | { kind: 'height'; height: number }
  | { kind: 'held'; count: number }
  | { kind: 'key'; key: string; shift: boolean };

export function isFromFrame(data: unknown): data is FromFrame {
  if (typeof data !== 'object' || data === null) return false;
  const said = data as Record<string, unknown>;
  switch (said['kind']) {
    case 'ready':
      return true;
    case 'height':
      return typeof said['height'] === 'number' && Number.isFinite(said['height']) && said['height'] >= 0;
    case 'held':
      return Number.isInteger(said['count']);
    case 'key':
      return typeof said['key'] === 'string' && said['key'].length <= 12 && typeof said['shift'] === 'boolean';
    default:
      return false;
  }
}

export function isToFrame(data: unknown): data is ToFrame {
  if (typeof data !== 'object' || data === null) return false;
  const said = data as Record<string, unknown>;
  return said['kind'] === 'show' && typeof said['html'] === 'string' && Array.isArray(said['pictures']) && typeof said['remote'] === 'boolean';
}
