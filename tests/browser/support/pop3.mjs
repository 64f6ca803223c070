import net from 'node:net';

/** Fetches all mail as a mail program does. Returns how many messages; throws what the server refuses with. */
export async function fetchAll(port, user, password) {
  const socket = net.connect(port, '127.0.0.1');
  let heard = '';
  let wake = () => {};
  let failure = null;
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    heard += text;
    wake();
  });
  socket.on('error', (error) => {
    failure = error;
    wake();
  });
  socket.on('close', () => {
    failure ??= new Error('the connection was closed');
    wake();
  });
  const until = async (end) => {
    for (;;) {
      const at = heard.indexOf(end);
      if (at >= 0) {
        const text = heard.slice(0, at + end.length);
        heard = heard.slice(at + end.length);
        return text;
      }
      if (failure) throw failure;
      await new Promise((resolve) => (wake = resolve));
    }
  };
  const say = async (line) => {
    socket.write(`${line}\r\n`);
    const reply = await until('\r\n');
    if (!reply.startsWith('+OK')) throw new Error(reply.trim());
    return reply;
  };
  try {
    await until('\r\n');
    await say(`USER ${user}`);
    await say(`PASS ${password}`);
    const messages = Number((await say('STAT')).split(' ')[1]);
    for (let i = 1; i <= messages; i++) {
      await say(`RETR ${i}`);
      await until('\r\n.\r\n');
    }
    await say('QUIT');
    return messages;
  } finally {
    socket.destroy();
  }
}
