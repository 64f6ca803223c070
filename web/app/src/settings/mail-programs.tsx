import { useLoaded } from '../lib/load';
import { notify } from '../lib/notices';
import { Icon } from '../shell/icon';
import { Head, Waiting } from '../shell/parts';
import { readClientSettings, type ClientServer } from './client';
import { kindWords, securityWords } from './words';

function Copied({ of, text }: { of: string; text: string }) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => notify(`${of} copied`),
      () => notify('The browser did not allow copying.'),
    );
  return (
    <span class="copied">
      <span class="mono">{text}</span>
      <button type="button" class="icon-button" aria-label={`Copy ${of}`} title="Copy" onClick={copy}>
        <Icon name="copy" />
      </button>
    </span>
  );
}

function ServerCard({ servers, address }: { servers: ClientServer[]; address: string }) {
  const best = servers[0];
  if (!best) return null;
  const title = kindWords[best.kind];
  return (
    <section class="tile" aria-label={title}>
      <h2>{title}</h2>
      <dl class="facts">
        <div>
          <dt>Server</dt>
          <dd>
            <Copied of={`${title}: server`} text={best.host} />
          </dd>
        </div>
        {servers.map((server) => (
          <div key={server.port}>
            <dt>{server === best ? 'Port' : 'or port'}</dt>
            <dd>
              <strong>{server.port}</strong>, {securityWords[server.security]}
              {server === best && servers.length > 1 && ' (best)'}
            </dd>
          </div>
        ))}
        <div>
          <dt>User name</dt>
          <dd>
            <Copied of={`${title}: user name`} text={address} />
          </dd>
        </div>
        <div>
          <dt>Password</dt>
          <dd>
            best an <a href="/settings/app-passwords">app password</a> of its own
          </dd>
        </div>
      </dl>
    </section>
  );
}

export function MailProgramsPage() {
  const loaded = useLoaded((signal) => readClientSettings(signal), []);
  const told = loaded.data;
  return (
    <>
      <Head title="Mail programs" />
      <p class="muted lead">Most programs find all of this by themselves once you enter your address. Where one does not, here is what it asks for.</p>
      <Waiting loaded={loaded} />
      {told && (
        <>
          <div class="tiles">
            {(['pop3', 'smtp'] as const).map((kind) => (
              <ServerCard key={kind} servers={told.servers.filter((server) => server.kind === kind)} address={told.address} />
            ))}
          </div>
          {told.servers.length === 0 && <p class="empty">This server lets no mail programs in: neither POP3 nor submission is turned on.</p>}
          {told.servers.length > 0 && (
            <section>
              <h2>iPhone, iPad and Mac</h2>
              <a class="button" href={`/apple/mail.mobileconfig?emailaddress=${encodeURIComponent(told.address)}`} download>
                <Icon name="download" />
                Download profile
              </a>
              <p class="muted">Open it on the device; it asks for your password only.</p>
            </section>
          )}
        </>
      )}
    </>
  );
}
