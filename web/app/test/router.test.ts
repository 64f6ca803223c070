import assert from 'node:assert/strict';
import test from 'node:test';
import { formatRoute, messageOf, parseRoute, safeNext, type Route } from '../src/lib/router';

test('paths and routes say the same', () => {
  const cases: [string, Route][] = [
    ['/', { name: 'home' }],
    ['/sign-in', { name: 'sign-in', next: '/mail/inbox' }],
    ['/sign-in?next=%2Fmail%2Fsent%2F7', { name: 'sign-in', next: '/mail/sent/7' }],
    ['/mail/inbox', { name: 'mail', mailbox: 'inbox', message: null }],
    ['/mail/inbox?sort=received', { name: 'mail', mailbox: 'inbox', message: null, oldestFirst: true }],
    ['/mail/12/345?sort=received', { name: 'mail', mailbox: '12', message: '345', oldestFirst: true }],
    ['/mail/12/345', { name: 'mail', mailbox: '12', message: '345' }],
    ['/mail/inbox/latest', { name: 'mail', mailbox: 'inbox', message: 'latest' }],
    ['/search?q=', { name: 'search', query: '', within: null, message: null }],
    ['/search?q=from%3Aada+%22the+hut%22', { name: 'search', query: 'from:ada "the hut"', within: null, message: null }],
    ['/search?q=hut&sort=received', { name: 'search', query: 'hut', within: null, message: null, oldestFirst: true }],
    ['/search/345?q=hut&in=inbox', { name: 'search', query: 'hut', within: 'inbox', message: '345' }],
    ['/mail/a%2Fb/c', { name: 'mail', mailbox: 'a/b', message: 'c' }],
    ['/set-password', { name: 'set-password' }],
    ['/setup', { name: 'setup', code: '' }],
    ['/setup?code=ABCD-2345', { name: 'setup', code: 'ABCD-2345' }],
    ['/settings/app-passwords', { name: 'settings', section: 'app-passwords' }],
    ['/admin/accounts', { name: 'admin', page: 'accounts' }],
  ];
  for (const [url, route] of cases) {
    const [path = '', search = ''] = url.split('?');
    assert.deepEqual(parseRoute(path, search), route, url);
    assert.equal(formatRoute(route), url);
  }
});

test('what is no page is not found', () => {
  for (const path of ['/nowhere', '/mail/inbox/1/2', '/mail//1', '/mail/inbox/', '/mail/%E0%A4%A', '/search/', '/search/1/2', '/search/%E0%A4%A', '/settings', '/settings/nowhere', '/settings/profile/1', '/admin', '/admin/nowhere', '/admin/queue/1'])
    assert.deepEqual(parseRoute(path, ''), { name: 'not-found' }, path);
  assert.deepEqual(parseRoute('/mail', ''), { name: 'home' });
});

test('a search without words is a place too', () => {
  assert.deepEqual(parseRoute('/search', ''), { name: 'search', query: '', within: null, message: null });
  assert.deepEqual(parseRoute('/search', '?q=a&in='), { name: 'search', query: 'a', within: null, message: null });
});

test('the message of a route is the one beside its list', () => {
  assert.equal(messageOf(parseRoute('/mail/inbox/7', '')), '7');
  assert.equal(messageOf(parseRoute('/search/7', '?q=x')), '7');
  assert.equal(messageOf(parseRoute('/sign-in', '')), null);
});

test('next never leaves this origin', () => {
  for (const next of [null, '', 'mail', 'https://evil.example.org/', '//evil.example.org', '/\\evil.example.org', '/\t/evil.example.org', 'javascript:alert(1)', '/sign-in', '/sign-in?next=/x', '/', '/mail\\x'])
    assert.equal(safeNext(next), '/mail/inbox', String(next));
  assert.equal(safeNext('/mail/sent/7'), '/mail/sent/7');
});
