import { signal } from '@preact/signals';
import { explain, isAbort } from '../lib/api';
import { notify } from '../lib/notices';
import { onEnd } from '../lib/session';
import type { Mailbox } from '../lib/types';
import { upload } from '../lib/upload';
import { followJob } from './jobs';

/** A file on its way to the server. */
export interface Upload {
  title: string;
  part: number; // from 0 to 1
  cancel: () => void;
}
export const uploading = signal<Upload | null>(null);

/** Which mailbox somebody is about to bring mail into. */
export const importInto = signal<Mailbox | null>(null);

/** A page that is left takes the upload with it. */
const warn = (event: BeforeUnloadEvent) => event.preventDefault();

async function send(file: File, mailbox: Mailbox, controller: AbortController): Promise<string> {
  const title = `Uploading ${file.name}`;
  const show = (part: number) => (uploading.value = { title, part, cancel: () => controller.abort() });
  show(0);
  addEventListener('beforeunload', warn);
  try {
    const response = await upload(`/import?mailbox=${encodeURIComponent(mailbox.id)}`, file, show, controller.signal);
    return ((await response.json()) as { job: string }).job;
  } finally {
    removeEventListener('beforeunload', warn);
    uploading.value = null;
  }
}

let under: AbortController | null = null;

/** Sends one file after the other; each is imported before the next one goes. */
export async function importFiles(files: File[], mailbox: Mailbox): Promise<void> {
  if (under) {
    notify('Files are on their way already. Wait until they are there.');
    return;
  }
  const controller = (under = new AbortController());
  try {
    for (const file of files) {
      const job = await send(file, mailbox, controller);
      await new Promise<void>((resolve) => followJob(job, '', resolve));
    }
  } catch (error) {
    if (!isAbort(error)) notify(`Not imported. ${explain(error)}`);
    else if (!controller.signal.aborted) notify('Not imported. The upload was cut off; import the file again.');
    else notify('Upload cancelled');
  } finally {
    under = null;
  }
}

onEnd(() => {
  under?.abort();
  importInto.value = null;
});
