import { size } from '../lib/format';
import { uploading } from './importing';
import { cancelJob, jobs, type Job } from './jobs';

interface LineProps {
  title: string;
  value: number;
  max: number;
  words: string; // how far it is
  onCancel: () => void;
}

function Line({ title, value, max, words, onCancel }: LineProps) {
  return (
    <li>
      <span class="job-title">{title}</span>
      <progress aria-label={title} value={value} max={max} />
      <span class="muted">{words}</span>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </li>
  );
}

const howFar = ({ unit, done, total }: Job): string => (unit === 'octets' ? `${size(done)} of ${size(total)}` : `${done} of ${total}`);

/** What goes on behind the answers, with how far it is. */
export function JobBar() {
  const sent = uploading.value;
  if (jobs.value.length === 0 && !sent) return null;
  return (
    <ul class="jobs" aria-label="Under way">
      {sent && <Line title={sent.title} value={sent.part} max={1} words={`${Math.round(sent.part * 100)} %`} onCancel={sent.cancel} />}
      {jobs.value.map((job) => (
        <Line key={job.id} title={job.title} value={job.done} max={Math.max(1, job.total)} words={howFar(job)} onCancel={() => void cancelJob(job.id)} />
      ))}
    </ul>
  );
}
