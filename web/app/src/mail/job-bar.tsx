import { cancelJob, jobs } from './jobs';

/** What goes on behind the answers, with how far it is. */
export function JobBar() {
  if (jobs.value.length === 0) return null;
  return (
    <ul class="jobs" aria-label="Under way">
      {jobs.value.map((job) => (
        <li key={job.id}>
          <span>{job.title}</span>
          <progress aria-label={job.title} value={job.done} max={Math.max(1, job.total)} />
          <span class="muted">
            {job.done} of {job.total}
          </span>
          <button type="button" class="button" onClick={() => void cancelJob(job.id)}>
            Cancel
          </button>
        </li>
      ))}
    </ul>
  );
}
