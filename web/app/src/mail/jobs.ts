import { signal } from '@preact/signals';
import { call, explain, getJson, Problem } from '../lib/api';
import { notify } from '../lib/notices';
import { onEnd } from '../lib/session';

/** What the server does behind its answer. */
export interface Job {
  id: string;
  title: string;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  unit: 'messages' | 'octets'; // of the next two
  done: number;
  total: number;
  message: string;
  undoToken: string | null;
}

const every = 500; // ms between two looks

/** Those that run. */
export const jobs = signal<Job[]>([]);

const timers = new Map<string, ReturnType<typeof setTimeout>>();
const waiting = new Map<string, () => void>(); // for its end

type Ended = (text: string, token: string | null) => void;
const justTell: Ended = (text) => notify(text);

/** How the mail screen, while it is shown, hears of an end: with the words for it, and what takes it back. */
let ended: Ended = justTell;
export function onJobEnd(action: Ended): () => void {
  ended = action;
  return () => (ended = justTell);
}

function forget(id: string): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  jobs.value = jobs.value.filter((job) => job.id !== id);
}

function show(job: Job): void {
  const others = jobs.value.filter((one) => one.id !== job.id);
  jobs.value = [...others, job];
}

function finish(id: string): void {
  forget(id);
  waiting.get(id)?.();
  waiting.delete(id);
}

async function look(id: string, done: string): Promise<void> {
  try {
    const job = await getJson<Job>(`/jobs/${id}`);
    if (!timers.has(id)) return; // signed out meanwhile
    if (job.state === 'running') {
      show(job);
      timers.set(id, setTimeout(() => void look(id, done), every));
      return;
    }
    ended(job.state === 'done' && done ? done : job.message, job.undoToken);
    finish(id);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) {
      // Jobs end with the server that does them; what was done by then stays.
      const title = jobs.value.find((job) => job.id === id)?.title;
      if (title) notify(`${title}: not finished, the server was restarted. Done again, it goes on from there.`);
      finish(id);
    } else if (error instanceof Problem) finish(id);
    else if (timers.has(id)) timers.set(id, setTimeout(() => void look(id, done), 10 * every));
  }
}

/** Watches a job to its end; `done` says that it is, or else the job's own words. */
export function followJob(id: string, done: string, atEnd: () => void = () => {}): void {
  if (timers.has(id)) return;
  waiting.set(id, atEnd);
  timers.set(id, setTimeout(() => void look(id, done), 0));
}

/** Those that a reload left running. */
export async function findJobs(): Promise<void> {
  try {
    const answer = await getJson<{ items: Job[] }>('/jobs');
    for (const job of answer.items) if (job.state === 'running') followJob(job.id, job.unit === 'octets' ? '' : `${job.title}: done`);
  } catch {
    // Nobody asked for it; the list says what is wrong, if anything is.
  }
}

export async function cancelJob(id: string): Promise<void> {
  try {
    await call('DELETE', `/jobs/${id}`);
  } catch (error) {
    notify(`Not cancelled. ${explain(error)}`);
  }
}

onEnd(() => {
  for (const id of [...timers.keys()]) forget(id);
  waiting.clear();
});
