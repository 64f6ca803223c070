// Mail over SMTP with nothing but a socket.
import net from 'node:net';

/** Delivers messages over one connection: `{from, to, data}`, data with LF line ends. */
export async function deliver(port, messages) {
  const socket = net.connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  let heard = '';
  let waiting = null;
  const wake = () => waiting?.();
  socket.on('data', (text) => {
    heard += text;
    wake();
  });
  socket.on('close', wake);
  socket.on('error', wake);

  const reply = async (expected) => {
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*(\d{3}) ([^\r\n]*)\r\n/.exec(heard);
      if (match) {
        heard = heard.slice(match[0].length);
        if (!match[1].startsWith(expected)) throw new Error(`SMTP: expected ${expected}, got ${match[1]} ${match[2]}`);
        return;
      }
      if (socket.destroyed) throw new Error(`SMTP: the server left: ${heard}`);
      await new Promise((resolve) => (waiting = resolve));
    }
  };
  const say = async (line, expected) => {
    socket.write(`${line}\r\n`);
    await reply(expected);
  };

  await reply('220');
  await say('EHLO localhost', '250');
  for (const { from, to, data } of messages) {
    await say(`MAIL FROM:<${from}>`, '250');
    for (const recipient of [to].flat()) await say(`RCPT TO:<${recipient}>`, '250');
    await say('DATA', '354');
    const wire = data.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
    await say(`${wire}\r\n.`, '250');
  }
  await say('QUIT', '221');
  socket.destroy();
}
