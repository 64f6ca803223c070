import { signal } from '@preact/signals';
import { call, explain, getJson, Problem } from '../lib/api';
import { notify } from '../lib/notices';
import { onEnd } from '../lib/session';

/** What the server does behind its answer. */
export interface Job {
  id: string;
  title: string;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  done: number;
  total: number;
  message: string;
  undoToken: string | null;
}

const every = 500; // ms between two looks

/** Those that run. */
export const jobs = signal<Job[]>([]);

const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** How the mail screen hears of an end: with the words for it, and what takes it back. */
let ended: (text: string, token: string | null) => void = () => {};
export function onJobEnd(action: typeof ended): void {
  ended = action;
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

async function look(id: string, done: string): Promise<void> {
  try {
    const job = await getJson<Job>(`/jobs/${id}`);
    if (!timers.has(id)) return; // signed out meanwhile
    if (job.state === 'running') {
      show(job);
      timers.set(id, setTimeout(() => void look(id, done), every));
      return;
    }
    forget(id);
    ended(job.state === 'done' ? done : job.message, job.undoToken);
  } catch (error) {
    if (error instanceof Problem) forget(id);
    else if (timers.has(id)) timers.set(id, setTimeout(() => void look(id, done), 10 * every));
  }
}

/** Watches a job to its end; `done` says that it is. */
export function followJob(id: string, done: string): void {
  if (timers.has(id)) return;
  timers.set(id, setTimeout(() => void look(id, done), 0));
}

/** Those that a reload left running. */
export async function findJobs(): Promise<void> {
  try {
    const answer = await getJson<{ items: Job[] }>('/jobs');
    for (const job of answer.items) if (job.state === 'running') followJob(job.id, `${job.title}: done`);
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
});
