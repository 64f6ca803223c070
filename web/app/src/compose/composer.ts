import { effect, signal } from '@preact/signals';
import { explain, online, Problem } from '../lib/api';
import { loadIdentities } from '../lib/identities';
import { dismiss, notify } from '../lib/notices';
import { onEnd, onLosingPlace, session, signInHere } from '../lib/session';
import { preferredOf, signatureBlock, type Identity } from '../lib/signature';
import { isBlank } from './check';
import { answer, randomKey, readDraft, readSubmission, sendDraft, createDraft, undoSubmission, type Answering, type Submission, type SubmissionState } from './client';
import { copiesOf } from './copy';
import { Writing } from './writing';

/** What is being written; one message at a time. */
export const writing = signal<Writing | null>(null);

/** The dialog takes the keyboard. */
export const focusDialog = signal(0);

const lateEnough = 1500; // ms behind sendAt: by then it is on its way, or not
const mostLooks = 10;

/** Put away, but not saved yet. */
const unfinished = new Set<Writing>();

/** Called when a draft or a message came or went; the mail screen asks the server then. */
let mailChanged: () => void = () => {};

const account = (): string => session.value?.account.address ?? '';

function show(next: Writing): void {
  const before = writing.value;
  writing.value = next;
  focusDialog.value++;
  if (before && before !== next) void putAway(before);
}

async function putAway(one: Writing): Promise<void> {
  unfinished.add(one);
  if (one.sending.value === 'waits') return; // it is sent, not closed, when the server is back
  try {
    await one.close();
    unfinished.delete(one);
    mailChanged();
  } catch (error) {
    // It stays among the unfinished, and is saved when the server can be reached.
    if (account()) notify(`Draft not saved. ${explain(error)}`, { label: 'Open draft', run: () => bringBack(one) });
  }
}

function bringBack(one: Writing): void {
  if (unfinished.delete(one)) show(one);
}

/** Puts name and signature in once they are known; without them it is written as ever. */
async function sign(one: Writing): Promise<void> {
  let all: Identity[];
  try {
    all = await loadIdentities();
  } catch {
    return; // the next message asks again
  }
  const { from, text } = one.fields.value;
  const identity = from ? all.find(({ address }) => address === from.address) : preferredOf(all);
  if (!identity) return;
  const { name, address, signature } = identity;
  one.begin({ from: { name, address }, text: signatureBlock(signature) + text });
}

/** A new message; one that is open already comes to the front. */
export function compose(): void {
  if (writing.value) {
    focusDialog.value++;
    return;
  }
  const fresh = new Writing(account());
  show(fresh);
  void sign(fresh);
}

export async function answerMessage(id: string, kind: Answering): Promise<void> {
  const open = writing.value?.draft.value;
  if (open && open.inReplyTo === id && open.kind === kind) {
    focusDialog.value++;
    return;
  }
  try {
    const fresh = new Writing(account(), await answer(id, kind), true);
    await sign(fresh);
    show(fresh);
  } catch (error) {
    notify(`This cannot be answered now. ${explain(error)}`);
  }
}

export async function continueDraft(id: string): Promise<void> {
  try {
    const draft = await readDraft(id);
    const sending = draft.sending;
    if (sending) notify('This message is about to be sent.', { label: 'Undo send', run: () => void undoSend(sending) });
    else if (writing.value?.draft.value?.id === draft.id) focusDialog.value++;
    else show([...unfinished].find((one) => one.draft.value?.id === draft.id) ?? new Writing(account(), draft));
  } catch (error) {
    notify(`The draft cannot be opened. ${explain(error)}`);
    mailChanged();
  }
}

/** Never asks: what was written is kept. */
export function closeComposer(): void {
  const now = writing.value;
  writing.value = null;
  if (now) void putAway(now);
}

const discarded = new Map<Writing, number>(); // with the notices that can bring them back

async function remove(one: Writing): Promise<void> {
  discarded.delete(one);
  try {
    await one.remove();
    mailChanged();
  } catch (error) {
    if (!(error instanceof Problem && error.status === 404)) notify(`The draft is still there. ${explain(error)}`);
  }
}

export function discard(): void {
  const now = writing.value;
  if (!now) return;
  writing.value = null;
  now.pause();
  const undo = () => {
    discarded.delete(now);
    now.resume();
    show(now);
  };
  discarded.set(now, notify('Draft discarded', { label: 'Undo', run: undo, passed: () => void remove(now) }));
}

async function undoSend(id: string): Promise<void> {
  try {
    const { draft } = await undoSubmission(id);
    underWay.delete(id);
    notify('Sending undone, draft kept');
    mailChanged();
    await continueDraft(draft);
  } catch (error) {
    const late = error instanceof Problem && error.status === 409;
    notify(late ? 'It is too late: the message has been sent.' : `Not undone. ${explain(error)}`);
  }
}

/** Sent from here, until it is known what became of them. */
const underWay = new Set<string>();

/** What became of a message; says so when it could not be sent after all. */
export function hearSubmission(now: SubmissionState): void {
  if (now.state === 'pending' || !underWay.delete(now.id)) return;
  if (now.state === 'failed') notify(`The message was not sent. ${now.detail}`, { label: 'Open draft', run: () => void continueDraft(now.draft) });
  mailChanged();
}

/** Asks what nobody told. */
async function follow(sent: Submission, looks = mostLooks): Promise<void> {
  if (!underWay.has(sent.id)) return;
  try {
    const now = await readSubmission(sent.id);
    if (now.state === 'pending' && looks > 0) setTimeout(() => void follow(sent, looks - 1), lateEnough);
    else hearSubmission(now);
  } catch {
    // Away just now: the message is in Sent or still in Drafts, and the list shows which.
    mailChanged();
  }
}

function announceSent(sent: Submission): void {
  underWay.add(sent.id);
  const notice = notify('Message sent', { label: 'Undo send', run: () => void undoSend(sent.id) });
  setTimeout(() => dismiss(notice), sent.left); // what is offered is true
  setTimeout(() => void follow(sent), sent.left + lateEnough);
  mailChanged();
}

function finishSending(one: Writing, sent: Submission | null): void {
  if (!sent) return;
  if (writing.value === one) writing.value = null;
  unfinished.delete(one);
  announceSent(sent);
}

export async function sendNow(): Promise<void> {
  const now = writing.value;
  if (now && now.sending.value !== 'now') finishSending(now, await now.send());
}

/** From oneself to oneself: shows that mail comes in. */
export async function sendTestMessage(): Promise<void> {
  const text = 'If you can read this in your Inbox, mail is sent and arrives.\n';
  try {
    const to = [{ name: '', address: account() }];
    const { draft } = await createDraft({ from: null, to, cc: [], bcc: [], subject: 'Test message', text }, randomKey());
    announceSent(await sendDraft(draft, randomKey()));
  } catch (error) {
    notify(`The test message was not sent. ${explain(error)}`);
  }
}

/** What a reload or a crash left behind in this tab. */
function restore(): void {
  for (const copy of copiesOf(account()).filter(({ draft, fields }) => draft || !isBlank(fields))) {
    const one = new Writing(account(), copy);
    show(one);
    if (!copy.saved) void one.save();
  }
}

async function retry(): Promise<void> {
  for (const one of [...unfinished]) {
    if (one.sending.value === 'waits') finishSending(one, await one.retry());
    else await putAway(one);
  }
  const now = writing.value;
  if (now) finishSending(now, await now.retry());
}

/** Puts everything away, before somebody signs out. */
export async function finishWriting(): Promise<void> {
  closeComposer();
  for (const notice of [...discarded.values()]) dismiss(notice);
  for (const one of [...unfinished]) await one.close();
  unfinished.clear();
}

function saveAll(): void {
  for (const one of [writing.value, ...unfinished]) if (one?.dirty) void one.save(true);
}

/** Called once, by the mail screen. */
export function startComposer(changed: () => void): () => void {
  mailChanged = changed;
  const hide = () => {
    if (document.hidden) saveAll();
  };
  const leave = () => {
    for (const notice of [...discarded.values()]) dismiss(notice);
    saveAll();
  };
  document.addEventListener('visibilitychange', hide);
  addEventListener('pagehide', leave);
  let restored = writing.peek() !== null;
  let reachable = true;
  const stop = effect(() => {
    const able = online.value && session.value !== null && !signInHere.value;
    const again = able && !reachable;
    reachable = able;
    if (able && !restored) {
      restored = true;
      queueMicrotask(restore);
    } else if (again) {
      queueMicrotask(() => void retry());
    }
  });
  return () => {
    stop();
    document.removeEventListener('visibilitychange', hide);
    removeEventListener('pagehide', leave);
  };
}

onLosingPlace(() => writing.value !== null || unfinished.size > 0);

onEnd(() => {
  writing.value = null; // its copy stays for whoever signs in again
  unfinished.clear();
  underWay.clear();
});
