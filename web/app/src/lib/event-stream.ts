/** One event of a stream as the HTML standard has it, `text/event-stream`. */
export interface StreamEvent {
  kind: string;
  data: string;
  id: string | null; // of the last event of those that came together
}

/**
 * Reads a stream of events piece by piece. Comments count as a sign of life
 * and are nothing else; `retry` is not used here.
 */
export class EventReader {
  private rest = '';
  private kind = '';
  private data: string[] = [];
  private id: string | null = null;

  /** The events that are whole with this piece. */
  take(piece: string): StreamEvent[] {
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    const events: StreamEvent[] = [];
    for (const line of lines) {
      if (line !== '') this.field(line);
      else if (this.data.length > 0) events.push(this.finish());
      else this.kind = '';
    }
    return events;
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.kind = value;
    else if (name === 'data') this.data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.id = value;
  }

  private finish(): StreamEvent {
    const event = { kind: this.kind || 'message', data: this.data.join('\n'), id: this.id };
    this.kind = '';
    this.data = [];
    this.id = null;
    return event;
  }
}
