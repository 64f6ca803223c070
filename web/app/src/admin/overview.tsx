import { getJson } from '../lib/api';
import { count, mediumDate, size } from '../lib/format';
import { Icon } from '../shell/icon';
import type { Overview, Task } from './client';
import { useLoaded } from '../lib/load';
import { Head, Waiting } from '../shell/parts';
import { useTopic } from './topic';
import { duration } from './words';

function Figure({ label, value, more, href }: { label: string; value: string; more?: string; href?: string }) {
  return (
    <div class="figure">
      <dt>{href ? <a href={href}>{label}</a> : label}</dt>
      <dd>
        <strong>{value}</strong>
        {more && <span class="muted">{more}</span>}
      </dd>
    </div>
  );
}

function ToDo({ task }: { task: Task }) {
  return (
    <li class={task.done ? 'done' : 'open'}>
      <Icon name={task.done ? 'check' : 'warning'} />
      <div>
        <p>
          <span class="only-heard">{task.done ? 'Done: ' : 'To do: '}</span>
          <strong>{task.title}</strong>
        </p>
        <p class="muted">{task.detail}</p>
      </div>
    </li>
  );
}

const every = 30_000; // ms: nobody tells of disk and of what is stored

export function OverviewPage() {
  const loaded = useLoaded((signal) => getJson<Overview>('/admin/overview', signal), [], every);
  useTopic('queue', loaded.reload);
  const now = loaded.data;
  return (
    <>
      <Head title="Overview" />
      <Waiting loaded={loaded} />
      {now && (
        <>
          <p class="muted">
            {now.hostname}, Pillarbox {now.version}, up {duration(now.up)}
          </p>
          <dl class="figures">
            <Figure label="Accounts" value={String(now.accounts)} href="/admin/accounts" />
            <Figure label="Domains" value={String(now.domains)} href="/admin/domains" />
            <Figure label="Aliases" value={String(now.aliases)} href="/admin/aliases" />
            <Figure label="Queue" value={String(now.queue.total)} more={now.queue.oldest ? `${now.queue.held} held, oldest ${mediumDate(now.queue.oldest)}` : 'Everything has been delivered'} href="/admin/queue" />
            <Figure label="Mail stored" value={size(now.octets)} more={count(now.messages, 'message')} />
            {now.disk && <Figure label="Disk" value={`${size(now.disk.free)} free`} more={`of ${size(now.disk.size)}`} />}
          </dl>
          <section aria-labelledby="to-do">
            <h2 id="to-do">To do</h2>
            <ul class="tasks">
              {[...now.tasks.filter((task) => !task.done), ...now.tasks.filter((task) => task.done)].map((task) => (
                <ToDo key={task.id} task={task} />
              ))}
            </ul>
          </section>
        </>
      )}
    </>
  );
}
