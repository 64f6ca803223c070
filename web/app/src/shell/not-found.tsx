import { useEffect } from 'preact/hooks';

export function NotFound() {
  useEffect(() => {
    document.title = 'Page not found · Pillarbox';
  }, []);
  return (
    <main class="sign-in">
      <div class="card">
        <img class="mark" src="/favicon.svg" alt="" width="48" height="48" />
        <h1>Page not found</h1>
        <p class="muted">There is nothing at this address.</p>
        <a class="button primary" href="/mail/inbox">
          Go to the Inbox
        </a>
      </div>
    </main>
  );
}
