// The real program, with a data directory and ports of its own.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Server {
  static domain = 'example.test';
  static password = 'correct horse battery';

  /** `listeners`: what listens besides SMTP and HTTP, "pop3" and the like. */
  constructor(program, listeners = []) {
    this.program = program;
    this.listeners = listeners;
    this.ports = {};
    this.folder = mkdtempSync(join(tmpdir(), 'pillarbox-browser-'));
    this.log = '';
  }

  run(args, input = '') {
    const done = spawnSync(this.program, [...args, '--config', this.config], { input, encoding: 'utf8', timeout: 60_000 });
    if (done.status !== 0) throw new Error(`pillarbox ${args.join(' ')} failed:\n${done.stderr}${done.stdout}`);
    return done.stdout;
  }

  async start(people) {
    this.config = join(this.folder, 'pillarbox.toml');
    writeFileSync(this.config, `hostname = "localhost"\ndata_dir = ${JSON.stringify(join(this.folder, 'data'))}\noutbound.mode = "hold"\n`);
    if (people.length > 0) this.run(['domain', 'add', Server.domain]); // without anybody, it is one to be set up
    for (const name of people) this.run(['account', 'add', `${name}@${Server.domain}`, '--password-stdin'], `${Server.password}\n`);
    this.smtpPort = await freePort();
    this.httpPort = await freePort();
    for (const name of this.listeners) this.ports[name] = await freePort();
    await this.serve();
  }

  /** Returns once every listener is up. */
  async serve() {
    const where = (name) => (this.ports[name] ? `127.0.0.1:${this.ports[name]}` : '');
    const others = ['submission', 'submissions', 'pop3', 'pop3s', 'https', 'metrics'].flatMap((name) => ['--set', `${name}.listen=${where(name)}`]);
    const listen = ['--set', `smtp.listen=127.0.0.1:${this.smtpPort}`, '--set', `http.listen=127.0.0.1:${this.httpPort}`];
    // Everybody here comes from one address; the limits on that have tests of their own.
    const limits = ['--set', 'limits.exempt=127.0.0.0/8'];
    this.process = spawn(this.program, ['serve', '--config', this.config, ...others, ...listen, ...limits], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    await new Promise((resolve, reject) => {
      const hear = (octets) => {
        this.log += octets;
        if (/\bready\b/.test(this.log)) resolve();
      };
      this.process.stdout.on('data', hear);
      this.process.stderr.on('data', hear);
      this.process.once('error', reject);
      this.process.once('exit', (status) => reject(new Error(`the server ended with ${status}:\n${this.log}`)));
    });
  }

  /** What it has said that fits, once it has: the first group of the pattern. */
  async said(pattern) {
    for (;;) {
      const found = pattern.exec(this.log);
      if (found) return found[1];
      await new Promise((resolve) => this.process.stdout.once('data', resolve));
    }
  }

  get origin() {
    return `http://localhost:${this.httpPort}`;
  }

  async stop() {
    if (this.process?.exitCode === null) this.process.kill('SIGTERM');
    const status = await this.ended;
    this.log = '';
    return status;
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
