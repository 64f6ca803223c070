// Fetches mail with Node's own sockets, pipelining (RFC 2449 §6.6) what it can;
// fetching.py says what the arguments and files are.
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const cannotSignIn = 1;
const broken = 2;

const [port, security, user, password, afterwards] = process.argv.slice(2);
const trust = { ca: readFileSync('certificate.pem'), servername: 'mail.example.test' };

/** What is expected of a connection: lines one by one, from octets as they come. */
class Pop3 {
  #octets = Buffer.alloc(0);

  constructor(socket) {
    this.socket = socket;
    this.chunks = socket[Symbol.asyncIterator]();
  }

  async #until(end) {
    let found;
    while ((found = this.#octets.indexOf(end)) < 0) {
      const { value, done } = await this.chunks.next();
      if (done) throw new Error('the server ended the connection');
      this.#octets = Buffer.concat([this.#octets, value]);
    }
    const taken = this.#octets.subarray(0, found + end.length);
    this.#octets = this.#octets.subarray(found + end.length);
    return taken;
  }

  send(...commands) {
    this.socket.write(commands.map((command) => `${command}\r\n`).join(''));
  }

  async reply() {
    return (await this.#until('\r\n')).toString('latin1').trimEnd();
  }

  async ok(what) {
    const line = await this.reply();
    if (!line.startsWith('+OK')) throw new Error(`${what}: ${line}`);
    return line;
  }

  /** The lines of a multi-line reply as they were before byte-stuffing, RFC 1939 §3. */
  async content(what) {
    await this.ok(what);
    const lines = [];
    for (;;) {
      const line = (await this.#until('\r\n')).toString('latin1');
      if (line === '.\r\n') return lines;
      lines.push(line.startsWith('.') ? line.slice(1) : line);
    }
  }
}

async function connect() {
  if (security === 'implicit') {
    const socket = tls.connect({ host: '127.0.0.1', port, ...trust });
    await once(socket, 'secureConnect');
    const pop = new Pop3(socket);
    await pop.ok('the greeting');
    return pop;
  }
  const plain = net.connect(port, '127.0.0.1');
  const pop = new Pop3(plain);
  await pop.ok('the greeting');
  if (security === 'none') return pop;
  pop.send('STLS');
  await pop.ok('STLS');
  const socket = tls.connect({ socket: plain, ...trust });
  await once(socket, 'secureConnect');
  return new Pop3(socket);
}

async function fetch() {
  const seen = new Set(existsSync('seen') ? readFileSync('seen', 'latin1').split('\n') : []);
  const pop = await connect();
  pop.send('CAPA');
  const capabilities = await pop.content('CAPA');
  if (!capabilities.includes('PIPELINING\r\n')) throw new Error('no PIPELINING');

  pop.send(`USER ${user}`, `PASS ${password}`);
  await pop.ok('USER');
  if (!(await pop.reply()).startsWith('+OK')) return cannotSignIn;

  pop.send('STAT', 'LIST', 'UIDL');
  const stat = (await pop.ok('STAT')).split(' ');
  const sizes = new Map((await pop.content('LIST')).map((line) => line.trimEnd().split(' ')));
  const ids = new Map((await pop.content('UIDL')).map((line) => line.trimEnd().split(' ')));
  if (sizes.size !== Number(stat[1]) || ids.size !== sizes.size) throw new Error('STAT, LIST and UIDL count differently');

  const wanted = [...ids].filter(([, id]) => !seen.has(id)).map(([number]) => number);
  pop.send(...wanted.flatMap((number) => (afterwards === 'delete' ? [`RETR ${number}`, `DELE ${number}`] : [`RETR ${number}`])), 'QUIT');
  for (const number of wanted) {
    const message = (await pop.content(`RETR ${number}`)).join('');
    if (message.length !== Number(sizes.get(number))) throw new Error(`${number} is not as long as LIST said`);
    writeFileSync(`got/${number}`, message, 'latin1');
    if (afterwards === 'delete') await pop.ok(`DELE ${number}`);
  }
  await pop.ok('QUIT');
  writeFileSync('seen', [...ids.values()].join('\n'));
  return 0;
}

// Leaves whatever connection there is: a client that gives up does not say goodbye.
process.exit(
  await fetch().catch((error) => {
    console.error(error);
    return broken;
  }),
);
