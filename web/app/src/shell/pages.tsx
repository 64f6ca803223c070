import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import '../style/pages.css';
import { online } from '../lib/api';
import { SignInHere } from '../sign-in/here';
import { AccountMenu } from './account-menu';
import { TestMode } from './test-mode';
import { Icon } from './icon';

interface Props {
  label: string; // of them all
  pages: { href: string; title: string }[];
  current: string; // href
  children: ComponentChildren;
}

/** Pages beside one another: links to all of them, and the one that is shown. */
export function Pages({ label, pages, current, children }: Props) {
  useEffect(() => {
    const title = pages.find(({ href }) => href === current)?.title;
    document.title = `${title} · ${label} · Pillarbox`;
    // On a phone the links are in a row that scrolls.
    document.querySelector('.page-nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);

  const skip = (event: MouseEvent) => {
    event.preventDefault();
    document.querySelector<HTMLElement>('.page-main')?.focus();
  };
  return (
    <>
      <div class="shell">
        <a class="skip" href="#content" onClick={skip}>
          Skip to content
        </a>
        <header class="top">
          <a class="brand always" href="/mail/inbox">
            <img src="/favicon.svg" alt="" width="24" height="24" />
            Pillarbox
          </a>
          <a class="button" href="/mail/inbox">
            <Icon name="inbox" />
            Mail
          </a>
          <AccountMenu />
        </header>
        <TestMode />
        {!online.value && (
          <p class="offline" role="alert">
            <Icon name="warning" />
            Pillarbox cannot be reached.
          </p>
        )}
        <div class="pages">
          <nav class="page-nav" aria-label={label}>
            <ul>
              {pages.map(({ href, title }) => (
                <li key={href}>
                  <a href={href} aria-current={href === current ? 'page' : undefined}>
                    {title}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <main class="page-main" id="content" tabIndex={-1}>
            {children}
          </main>
        </div>
      </div>
      <SignInHere />
    </>
  );
}
