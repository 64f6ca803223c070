import assert from 'node:assert/strict';
import http from 'node:http';
import { signIn, silenceEvents } from '../support/browser.mjs';
import { html, message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

/** Each line tries to run something, to load something, or to look like the page. */
const attacks = (spy) => `<html><head>
<meta http-equiv="refresh" content="0; url=${spy}/meta">
<base href="${spy}/base/">
<link rel="stylesheet" href="${spy}/link.css"><link rel="prefetch" href="${spy}/prefetch"><link rel="dns-prefetch" href="${spy}">
<style>@import url(${spy}/import.css); @import '${spy}/import2.css'; @font-face { font-family: x; src: url(${spy}/font) } body { background: url(${spy}/css1); font-family: x } p::before { content: url('${spy}/css2') } .pillarbox-escape { background: u\\72l(${spy}/css3) }</style>
</head><body background="${spy}/background" onload="top.hacked = 1; alert(1)">
<h1>Perfectly harmless</h1>
<script>top.hacked = 2; fetch('${spy}/script')</script><script src="${spy}/script.js"></script>
<img src="${spy}/image"><img src=x onerror="top.hacked = 3; alert(3)"><img srcset="${spy}/srcset 1x"><image src="${spy}/image2">
<picture><source srcset="${spy}/source"><img src="${spy}/picture"></picture>
<input type="image" src="${spy}/input"><video poster="${spy}/poster" src="${spy}/video" autoplay></video><audio src="${spy}/audio" autoplay></audio>
<iframe src="${spy}/iframe"></iframe><iframe srcdoc="&lt;script&gt;top.hacked = 4&lt;/script&gt;"></iframe><object data="${spy}/object"></object><embed src="${spy}/embed"><frameset><frame src="${spy}/frame"></frameset>
<form action="${spy}/form" method="post"><input name="password" type="password" autofocus><button id="go">Sign in again</button></form>
<svg onload="top.hacked = 5"><script>top.hacked = 6</script><image href="${spy}/svg" /><use href="${spy}/use#x" /><a xlink:href="javascript:top.hacked = 7"><text y="20">svg link</text></a><style><img src=x onerror="top.hacked = 8"></style></svg>
<math><mtext><table><mglyph><style><img src=x onerror="top.hacked = 9"></style></mglyph></table></mtext></math>
<a href="javascript:top.hacked = 10">script link</a><a href="&#106;avascript:top.hacked = 11">coded link</a><a href="java&#9;script:top.hacked=12">tabbed link</a><a href="data:text/html,<script>alert(13)</script>">data link</a><a href="/api/v1/session">relative link</a><a href="vbscript:x">vb link</a>
<a href="https://evil.example.net/login">https://bank.example.com/login</a>
<div style="background-image:url(${spy}/style1)">a</div><div style="width:expression(top.hacked=14)">b</div><div style="background:\\75rl(${spy}/style2)">c</div>
<div style="position:fixed;inset:0;background:#fff;z-index:9999">Your session has ended. <a href="https://evil.example.net/">Sign in</a></div>
<table background="${spy}/table"><tr><td background="${spy}/cell" onmouseover="top.hacked = 15">cell</td></tr></table>
<details open ontoggle="top.hacked = 16">d</details><marquee onstart="top.hacked = 17">m</marquee><body onpageshow="top.hacked = 18">
<template><script>top.hacked = 19</script></template>
<p id="hacked" name="hacked">clobber</p><img name="body" src="${spy}/clobber"><a id="parent" href="${spy}/x">p</a>
<p>The end of it</p>
<noscript><p title="</noscript><img src=x onerror=top.hacked=20>"></noscript></body></html>`;

/**
 * Chromium reports what it holds back while the sanitiser parses the letter in
 * a document of its own, where nothing runs. Whatever else is reported fails.
 */
const allowed = [/inline event handler violates/, /document's base URI .* violates/, /^CSP: (script-src-attr inline|base-uri )/];

export const hostileCases = {
  name: 'hostile mail',
  async prepare(server, shared) {
    shared.hits = [];
    shared.spy = http.createServer((request, response) => {
      shared.hits.push(request.url);
      response.writeHead(200, { 'Content-Type': 'image/gif' });
      response.end(Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'));
    });
    await new Promise((resolve) => shared.spy.listen(0, '127.0.0.1', resolve));
    const spy = `http://127.0.0.1:${shared.spy.address().port}`;
    await deliver(server.smtpPort, [
      message({ name: '<img src=x onerror=alert(1)>', from: 'evil@example.net', subject: '<script>alert("subject")</script> hello', body: '<b>not bold</b> <script>alert(1)</script>\n' }),
      message({ name: 'Evil', from: 'evil@example.net', subject: 'A hostile letter', body: html(attacks(spy)) }),
    ]);
  },
  async finish(_server, shared) {
    shared.spy.closeAllConnections?.();
    shared.spy.close();
  },
  tests: [
    {
      name: 'makes no request and runs nothing',
      allowed,
      async test({ page, server, shared, outside, shoot }) {
        await silenceEvents(page);
        await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
        await page.getByRole('row', { name: /A hostile letter/ }).click();
        const body = page.frameLocator('iframe[title="Message body"]');
        await body.getByText('The end of it').waitFor();
        await page.waitForLoadState('networkidle');
        await shoot(page, 'hostile');
        assert.deepEqual(shared.hits, []);
        assert.deepEqual(outside, []);
        assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
        for (const tag of ['script', 'form', 'input', 'button', 'svg', 'math', 'iframe', 'object', 'embed', 'video', 'audio', 'meta[http-equiv]', 'base', 'link', 'template'])
          assert.equal(await body.locator(`body ${tag}`).count(), 0, tag);
        const attributes = await body.locator('body *').evaluateAll((all) => all.flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith('on') || name === 'id' || name === 'name')));
        assert.deepEqual(attributes, []);
        assert.equal(await body.locator('body *').evaluateAll((all) => all.filter((element) => getComputedStyle(element).position === 'fixed').length), 0);
        for (const name of ['script link', 'coded link', 'tabbed link', 'data link', 'relative link', 'vb link'])
          assert.equal(await body.locator('a', { hasText: name }).getAttribute('href'), null, name);
        const bank = body.locator('a', { hasText: 'https://bank.example.com/login' });
        assert.equal(await bank.getAttribute('target'), '_blank');
        assert.equal(await bank.getAttribute('rel'), 'noopener noreferrer');
        await body.getByText('leads to evil.example.net').waitFor();
      },
    },
    {
      name: 'after consent, images load and nothing else',
      allowed,
      async test({ page, server, shared }) {
        await silenceEvents(page);
        await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
        await page.getByRole('row', { name: /A hostile letter/ }).click();
        await page.getByRole('button', { name: 'Load remote images' }).click();
        await page.frameLocator('iframe[src="/frame/message-images"]').getByText('The end of it').waitFor();
        await page.waitForLoadState('networkidle');
        assert.ok(shared.hits.includes('/image'), `hits: ${shared.hits}`);
        const pictures = ['/image', '/image2', '/picture', '/clobber', '/background', '/table', '/cell', '/style1', '/css1', '/css2'];
        assert.deepEqual(shared.hits.filter((hit) => !pictures.includes(hit)), []);
        assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
      },
    },
    {
      name: 'names and subjects are text',
      async test({ page, server }) {
        await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
        await page.getByRole('row', { name: /alert\("subject"\)/ }).click();
        const article = page.getByRole('article', { name: 'Message' });
        await article.getByRole('heading', { name: '<script>alert("subject")</script> hello' }).waitFor();
        await article.getByText('<b>not bold</b> <script>alert(1)</script>').waitFor();
      },
    },
    {
      name: 'the frame cannot reach the page, nor the page be framed',
      allowed,
      async test({ page, server, context }) {
        await silenceEvents(page);
        await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
        await page.getByRole('row', { name: /A hostile letter/ }).click();
        await page.frameLocator('iframe[title="Message body"]').getByText('The end of it').waitFor();
        const frame = page.frames().find((one) => one.url().includes('/frame/message'));
        const reached = await frame.evaluate(() => {
          try {
            return parent.document.title;
          } catch (error) {
            return error.name;
          }
        });
        assert.equal(reached, 'SecurityError');
        assert.equal(await frame.evaluate(() => self.origin), 'null');
        const policy = (await context.request.get(`${server.origin}/mail/inbox`)).headers()['content-security-policy'];
        assert.match(policy, /frame-ancestors 'none'/);
        assert.match(policy, /trusted-types 'none'/);
      },
    },
  ],
};
