import { batch, signal } from '@preact/signals';
import { explain, isAbort, Problem, Unreachable, type FieldError } from '../lib/api';
import { faultsOf, isBlank, sameFields } from './check';
import { attachFile, createDraft, detachFile, randomKey, readDraft, removeDraft, saveDraft, sendDraft, type Draft, type Fields, type Submission } from './client';
import { dropCopy, keepCopy, type Copy } from './copy';

export const saveAfter = 1000; // ms without a key pressed

/** What the server has of it. */
export type Saved = 'nothing' | 'waiting' | 'saving' | 'saved' | 'failed';

/** A file on its way up. */
export interface Upload {
  key: string;
  file: File;
  part: number; // 0 to 1
  error: string | null;
  controller: AbortController;
}

export const blank: Fields = { from: null, to: [], cc: [], bcc: [], subject: '', text: '' };

export const fieldsOf = ({ from, to, cc, bcc, subject, text }: Draft): Fields => ({ from, to, cc, bcc, subject, text });

/**
 * One message being written: its words here, its draft on the server, and what
 * lies between. Requests go one after the other, for each changes the draft's
 * state; what fails is tried again by retry().
 */
export class Writing {
  readonly fields = signal<Fields>(blank);
  readonly draft = signal<Draft | null>(null);
  readonly saved = signal<Saved>('nothing');
  readonly trouble = signal<string | null>(null); // why it is not saved, or not sent
  readonly faults = signal<FieldError[]>([]);
  readonly uploads = signal<Upload[]>([]);
  readonly theirs = signal<Draft | null>(null); // another version that was saved meanwhile
  readonly sending = signal<'no' | 'now' | 'waits'>('no'); // waits: until the server can be reached

  readonly key: string;
  private version = 0; // of the fields
  private savedVersion = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private sendKey: string | null = null;
  private untouched = true;
  private over = false;
  private failure: unknown = null; // of the last save
  private unheard: Fields | null = null; // went out, and nobody knows whether they came in

  /** `fresh`: the server made the draft just now, and nobody has written in it yet. */
  constructor(
    private readonly account: string,
    start: Draft | Copy | null = null,
    private readonly fresh = false,
  ) {
    this.key = randomKey();
    if (!start) return;
    if ('state' in start) {
      this.take(start);
      this.fields.value = fieldsOf(start);
      this.saved.value = 'saved';
    } else {
      this.key = start.key;
      this.draft.value = start.draft;
      this.fields.value = start.fields;
      this.untouched = false;
      this.saved.value = start.saved ? 'saved' : 'waiting';
      if (!start.saved) this.version = 1;
    }
    this.keep();
  }

  /** Nobody wrote anything here. */
  get empty(): boolean {
    return this.untouched && this.uploads.value.length === 0;
  }

  get dirty(): boolean {
    return this.version !== this.savedVersion;
  }

  change(patch: Partial<Fields>): void {
    batch(() => {
      this.fields.value = { ...this.fields.value, ...patch };
      this.faults.value = this.faults.value.filter(({ pointer }) => pointer !== '/to' && !((pointer.split('/')[1] ?? '') in patch));
      this.saved.value = 'waiting';
    });
    this.version++;
    this.untouched = false;
    this.sendKey = null;
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), saveAfter);
  }

  /** What it begins with, unless somebody has written in it: that alone is nothing worth keeping. */
  begin(patch: Partial<Fields>): void {
    if (!this.untouched) return;
    this.fields.value = { ...this.fields.value, ...patch };
    if (this.draft.value) this.version++; // what is sent is what is shown
  }

  private keep(): void {
    if (this.over) return;
    keepCopy(this.account, { key: this.key, fields: this.fields.value, draft: this.draft.value, saved: !this.dirty });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }

  /** Saves what is not saved. `leaving`: the page may be gone before the answer. */
  save(leaving = false): Promise<void> {
    clearTimeout(this.timer);
    return this.inTurn(() => this.saveNow(leaving));
  }

  private async saveNow(leaving = false): Promise<void> {
    if (!this.dirty || this.theirs.value || this.over) return;
    const version = this.version;
    const fields = this.fields.value;
    const draft = this.draft.value;
    this.saved.value = 'saving';
    try {
      this.has(draft ? await saveDraft(draft, fields, leaving) : await this.create(fields, leaving), version);
      this.failure = this.trouble.value = null;
    } catch (error) {
      this.failure = error;
      if (error instanceof Unreachable) this.unheard ??= fields;
      await this.couldNotSave(error, draft, fields, version);
    }
  }

  /** The server has the words of that version. */
  private has(draft: Draft, version: number): void {
    this.take(draft);
    this.unheard = null;
    this.savedVersion = version;
    this.saved.value = this.dirty ? 'waiting' : 'saved';
    this.keep();
  }

  private async create(fields: Fields, leaving: boolean): Promise<Draft> {
    const { draft, found } = await createDraft(fields, this.key, leaving);
    if (!found || sameFields(fieldsOf(draft), fields)) return draft;
    this.take(draft); // begun by a page that was gone before the answer came, with other words
    return saveDraft(draft, fields, leaving);
  }

  private async couldNotSave(error: unknown, draft: Draft | null, fields: Fields, version: number): Promise<void> {
    this.saved.value = 'failed';
    if (error instanceof Problem && draft && error.status === 412) {
      await this.readTheirs(draft.id, fields, version);
    } else if (error instanceof Problem && draft && error.status === 404) {
      this.draft.value = null; // deleted elsewhere: what is written here becomes a new one
      await this.saveNow();
    } else {
      this.trouble.value = this.explain(error);
    }
  }

  private explain(error: unknown): string {
    if (error instanceof Unreachable) return 'Pillarbox cannot be reached. What you wrote is kept here until it can.';
    if (error instanceof Problem && error.status === 401) return 'The session has ended. What you wrote is kept here.';
    return explain(error);
  }

  /** Theirs may be these words, or some from before: saved from here, and the answer was lost. */
  private async readTheirs(id: string, fields: Fields, version: number): Promise<void> {
    try {
      const other = await readDraft(id);
      const words = fieldsOf(other);
      if (sameFields(words, fields)) {
        this.has(other, version);
      } else if (this.unheard && sameFields(words, this.unheard)) {
        this.take(other);
        this.unheard = null;
        await this.saveNow();
      } else {
        this.theirs.value = other;
      }
    } catch (error) {
      this.trouble.value = this.explain(error);
    }
  }

  private take(draft: Draft): void {
    this.draft.value = draft;
  }

  /** Ends a conflict: with the words here, or with those that were saved elsewhere. */
  settle(mine: boolean): void {
    const other = this.theirs.value;
    if (!other) return;
    this.theirs.value = null;
    this.take(other);
    this.trouble.value = null;
    if (mine) {
      void this.save();
      return;
    }
    this.fields.value = fieldsOf(other);
    this.savedVersion = this.version;
    this.saved.value = 'saved';
    this.keep();
  }

  /** Tries again what could not be done: the server is back, or somebody signed in. */
  async retry(): Promise<Submission | null> {
    for (const upload of this.uploads.value) if (upload.error) void this.up(upload);
    if (this.sending.value === 'waits') return this.send();
    await this.save();
    return null;
  }

  attach(files: Iterable<File>): void {
    this.untouched = false;
    for (const file of files) void this.up({ key: randomKey(), file, part: 0, error: null, controller: new AbortController() });
  }

  private show(upload: Upload): void {
    const others = this.uploads.value.filter((one) => one.key !== upload.key);
    const at = this.uploads.value.findIndex((one) => one.key === upload.key);
    this.uploads.value = at < 0 ? [...others, upload] : [...others.slice(0, at), upload, ...others.slice(at)];
  }

  private up(upload: Upload): Promise<void> {
    const { key, file, controller } = upload;
    this.show({ ...upload, error: null, part: 0 });
    return this.inTurn(async () => {
      try {
        controller.signal.throwIfAborted();
        const draft = await this.needDraft();
        const progress = (part: number) => this.show({ ...upload, error: null, part });
        this.take(await attachFile(draft.id, file, progress, controller.signal));
        this.uploads.value = this.uploads.value.filter((one) => one.key !== key);
        this.keep();
      } catch (error) {
        if (isAbort(error)) await this.afterCancel();
        else this.show({ ...upload, part: 0, error: this.explain(error) });
      }
    });
  }

  private async needDraft(): Promise<Draft> {
    if (!this.draft.value) {
      this.version++; // even an empty one has to be there for its files
      await this.saveNow();
    }
    if (!this.draft.value) throw new Error(this.trouble.value ?? 'The draft is not saved.');
    return this.draft.value;
  }

  cancel(key: string): void {
    const upload = this.uploads.value.find((one) => one.key === key);
    this.uploads.value = this.uploads.value.filter((one) => one.key !== key);
    upload?.controller.abort();
  }

  /** It may have come in whole before it was cancelled: the draft is then another. */
  private async afterCancel(): Promise<void> {
    const draft = this.draft.value;
    if (!draft || this.over) return;
    try {
      this.take(await readDraft(draft.id));
    } catch (error) {
      this.trouble.value = this.explain(error);
    }
  }

  detach(file: string): Promise<void> {
    return this.inTurn(async () => {
      const draft = this.draft.value;
      if (!draft) return;
      try {
        this.take(await detachFile(draft.id, file));
        this.untouched = false;
        this.keep();
      } catch (error) {
        this.trouble.value = this.explain(error);
      }
    });
  }

  /** Null when it cannot be sent, or not yet: faults, trouble and sending say why. */
  async send(): Promise<Submission | null> {
    this.faults.value = faultsOf(this.fields.value);
    this.sending.value = this.faults.value.length > 0 ? 'no' : 'now';
    if (this.sending.value === 'no') return null;
    clearTimeout(this.timer);
    return this.inTurn(() => this.sendNow()); // behind the files that are on their way
  }

  private async sendNow(): Promise<Submission | null> {
    this.trouble.value = null;
    const failed = this.uploads.value.find((upload) => upload.error);
    if (failed) return this.unsent(new Error(`${failed.file.name} is not attached: ${failed.error}`));
    if (!this.draft.value) this.version++;
    await this.saveNow();
    if (this.dirty || !this.draft.value) return this.unsent(this.failure);
    try {
      this.sendKey ??= randomKey();
      const sent = await sendDraft(this.draft.value, this.sendKey);
      this.end();
      return sent;
    } catch (error) {
      return this.unsent(error);
    }
  }

  private async unsent(error: unknown): Promise<null> {
    const waits = error instanceof Unreachable || (error instanceof Problem && error.status === 401);
    this.sending.value = waits ? 'waits' : 'no';
    if (waits || this.theirs.value) return null;
    if (error instanceof Problem && error.status === 412 && this.draft.value) await this.readTheirs(this.draft.value.id, this.fields.value, this.version);
    else if (error instanceof Problem && error.errors.length > 0) this.faults.value = error.errors;
    else this.trouble.value = this.explain(error);
    return null;
  }

  /** It is written elsewhere from now on, or nowhere. */
  end(): void {
    this.over = true;
    clearTimeout(this.timer);
    dropCopy(this.account, this.key);
  }

  /** Puts it away: saved; gone where nothing was written. Throws when it could not be. */
  async close(): Promise<void> {
    const draft = this.draft.value;
    if (this.empty && this.fresh) await this.remove();
    else if (draft || !isBlank(this.fields.value)) await this.save();
    await this.last;
    if (!this.over && (this.theirs.value || (this.dirty && !this.untouched && !isBlank(this.fields.value)) || this.uploads.value.length > 0))
      throw new Error(this.trouble.value ?? 'The draft was changed elsewhere too.');
    this.end();
  }

  /** Out of sight, to be removed unless it is resumed. */
  pause(): void {
    clearTimeout(this.timer);
    dropCopy(this.account, this.key);
  }

  resume(): void {
    this.keep();
    if (this.dirty) void this.save();
  }

  /** Removes the draft. */
  async remove(): Promise<void> {
    for (const upload of this.uploads.value) upload.controller.abort();
    this.end();
    await this.inTurn(async () => {
      if (this.draft.value) await removeDraft(this.draft.value.id, true);
    });
  }
}
