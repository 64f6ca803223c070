// What a mailbox looks like on a Tuesday. Times are minutes ago.
import { deflateSync } from 'node:zlib';

const alice = 'alice@example.test';

const rfcDate = (minutesAgo) => new Date(Date.now() - minutesAgo * 60_000).toUTCString().replace('GMT', '+0000');
const base64 = (octets) => Buffer.from(octets).toString('base64').replace(/.{76}/g, '$&\n');
const word = (text) => (/^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`);

let serial = 0;

/** A message with its header; `body` brings its own Content-Type, or is plain text. */
export function message({ name, from, subject, ago = 0, to = `Alice <${alice}>`, cc = '', body, headers = '', id = `${++serial}.${Date.now()}@${from.split('@')[1]}` }) {
  const typed = typeof body === 'string' ? `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n${body}` : body.raw;
  const data = [
    `From: ${word(name)} <${from}>`,
    `To: ${to}`,
    ...(cc ? [`Cc: ${cc}`] : []),
    `Subject: ${word(subject)}`,
    `Date: ${rfcDate(ago)}`,
    `Message-ID: <${id}>`,
    ...(headers ? [headers] : []),
    'MIME-Version: 1.0',
    typed,
  ].join('\n');
  return { from, to: alice, data };
}

export const html = (markup) => ({ raw: `Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${base64(markup)}` });

export const multipart = (kind, parts, parameters = '') => {
  const boundary = `part-${kind}-${++serial}`;
  const body = parts.map((part) => `--${boundary}\n${part}`).join('\n');
  return { raw: `Content-Type: multipart/${kind}; boundary="${boundary}"${parameters}\n\n${body}\n--${boundary}--` };
};

export const text = (words) => `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n${words}\n`;

export const file = (name, type, octets, more = '') =>
  `Content-Type: ${type}; name="${name}"\nContent-Disposition: attachment; filename="${name}"\n${more}Content-Transfer-Encoding: base64\n\n${base64(octets)}\n`;

const picture = (id, octets) => `Content-Type: image/png\nContent-ID: <${id}>\nContent-Disposition: inline\nContent-Transfer-Encoding: base64\n\n${base64(octets)}\n`;

/** A PNG whose colour at (x, y) is `paint(x, y)`: [red, green, blue]. */
export function png(width, height, paint) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set(paint(x, y), y * (width * 3 + 1) + 1 + x * 3);
  }
  const crcOf = (octets) => {
    let crc = ~0;
    for (const octet of octets) {
      crc ^= octet;
      for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  const chunk = (type, octets) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(octets.length);
    head.write(type, 4);
    const tail = Buffer.alloc(4);
    tail.writeUInt32BE(crcOf(Buffer.concat([head.subarray(4), octets])));
    return Buffer.concat([head, octets, tail]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width);
  size.writeUInt32BE(height, 4);
  size.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', size), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** Hills at dusk. */
const hills = png(640, 170, (x, y) => {
  const far = 92 - 34 * Math.sin(x / 74 + 0.6) - 10 * Math.sin(x / 23);
  const near = 136 - 24 * Math.sin(x / 95 + 2.2) - 7 * Math.sin(x / 31);
  const sun = Math.hypot(x - 470, y - 52);
  if (y > near) return [38, 62, 74];
  if (y > far) return [72, 104, 117];
  if (sun < 26) return [255, 226, 178];
  const t = Math.min(1, y / 130);
  return [250 - 26 * t, 172 + 38 * t, 138 + 70 * t].map(Math.round);
});

const bars = png(120, 120, (x, y) => (y > 110 - ((x * 7) % 90) && x % 24 < 16 ? [179, 38, 30] : [245, 246, 248]));

const letter = `<div style="line-height:1.6">
<p>Dear Alice,</p>
<p>we have the keys! The hut above Kandersteg is ours from Friday at four, and the forecast promises <b>two clear days</b> before the next front comes in. I walked the path on Sunday: the larches are still yellow, and above 1,900 m there is just enough snow to be pretty and too little to be trouble.</p>
<p><img src="cid:hills@example.org" alt="Hills at dusk, seen from the hut" width="640" height="170" style="border-radius:8px"></p>
<p>What is left to settle:</p>
<ul>
<li>the train that leaves Bern at <b>14:07</b> has room for bicycles, the next one has not</li>
<li>Grace brings the stove; somebody should bring a pot that fits it</li>
</ul>
<p>Say by Wednesday whether you would like the bunk by the window or the one by the fire.</p>
<p>Until Friday,<br>Ada</p>
</div>`;

const receipt = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#eef1f4"><tr><td align="center" style="padding:24px">
<table role="presentation" width="480" cellpadding="0" cellspacing="0" style="background:#ffffff;border-radius:8px;font-family:Helvetica,Arial,sans-serif;color:#222"><tr><td style="padding:24px">
<img src="https://images.example.org/logo.png" alt="Lantern Books" width="160" height="40">
<h1 style="font-size:20px">Your order is on its way</h1>
<p>Hello Alice, the parcel left us this morning. It should be with you on Thursday.</p>
<table role="presentation" width="100%"><tr><td>The Night Watch, paperback</td><td align="right">11.90</td></tr><tr><td>Postage</td><td align="right">2.40</td></tr><tr><td style="border-top:1px solid #ccc"><b>Total</b></td><td align="right" style="border-top:1px solid #ccc"><b>14.30</b></td></tr></table>
<p><a href="https://shop.example.org/orders/20817" style="color:#0b57d0">Follow the parcel</a></p>
</td></tr></table></td></tr></table>
<img src="https://images.example.org/open.gif?u=20817" alt="" width="1" height="1">`;

/** Oldest first, as they would arrive. */
export const inbox = () => [
  message({ name: 'City Library', from: 'desk@library.example.org', subject: 'Two books are waiting for you', ago: 8640, body: 'Dear reader,\n\nthe following are ready at the desk until the 4th:\n\n  The Soul of a New Machine\n  Piranesi\n\nPlease bring your card.\n\nYour library\n' }),
  message({ name: 'Lantern Books', from: 'orders@shop.example.org', subject: 'Your order 20817 is on its way', ago: 7300, body: html(receipt) }),
  message({ name: 'Margaret Hamilton', from: 'margaret@apollo.example.org', subject: 'Re: Checklist for the release', ago: 5900, body: 'All green on my side. One remark: the rollback step should come before we tell people, not after.\n\n> 1. freeze the branch\n> 2. run the long tests overnight\n> 3. tell people\n> 4. write down how to roll back\n> 5. tag it\n\nOtherwise ship it. The notes are at https://notes.example.org/release (ask me for the password).\n\nMargaret\n' }),
  message({ name: 'Katherine Johnson', from: 'katherine@example.org', subject: 'Numbers for the board', ago: 4400, body: multipart('mixed', [text('Alice,\n\nthe sheet and the chart for Thursday. I checked the third column by hand, it was right after all.\n\nKatherine'), file('quarter-3.ods', 'application/vnd.oasis.opendocument.spreadsheet', Buffer.alloc(48_213, 7)), file('chart.png', 'image/png', bars)]) }),
  message({ name: 'Jürgen Groß', from: 'juergen@example.org', subject: 'Grüße aus Köln – und ein Rezept für Möhrensuppe', ago: 3100, body: 'Liebe Alice,\n\nhier ist es endlich: 500 g Möhren, eine Zwiebel, ein Stück Ingwer, ein halber Liter Brühe. Alles weich kochen, pürieren, mit Zitrone abschmecken. Dazu passt dunkles Brot.\n\nHerzlich, Jürgen\n' }),
  message({ name: 'Sewing circle', from: 'circle@lists.example.org', subject: '[circle] Thursday moves to half past seven', ago: 1720, to: 'circle@lists.example.org', headers: 'List-Id: <circle.lists.example.org>', body: 'The hall is taken until seven, so we start at half past. Bring the blue thread, I am almost out of it.\n\nBarbara\n' }),
  message({ name: 'Radia Perlman', from: 'radia@example.org', subject: 'A tree for the loop', ago: 1490, body: 'I think that I shall never see\na graph more lovely than a tree.\n\nThe draft is attached to the issue, not to this mail; it is four pages and has no diagrams yet. Would you read section 2?\n' }),
  message({ name: 'Grace Hopper', from: 'grace@navy.example.org', subject: 'Stove, pot, and one nanosecond of wire', ago: 300, cc: 'Ada Lovelace <ada@example.org>', body: 'I have the stove. The pot that fits it is the dented one, 18 cm; it is in your cellar, behind the skis.\n\nI also bring 30 cm of wire for the children. Somebody will ask why messages by satellite take so long.\n\nG.\n' }),
  message({ name: 'Power company', from: 'service@power.example.org', subject: 'Your meter will be read on Monday', ago: 190, body: 'Between nine and twelve. If nobody is at home, please leave the number on the door.\n' }),
  message({ name: 'Edsger Dijkstra', from: 'ewd@example.org', subject: 'On the shortest way to the hut', ago: 84, body: 'Not the road: the path by the chapel is shorter by eleven minutes, and one does not meet anybody.\n\nEWD\n' }),
  message({
    name: 'Ada Lovelace',
    from: 'ada@example.org',
    subject: 'The hut is ours from Friday',
    ago: 21,
    cc: 'Grace Hopper <grace@navy.example.org>',
    body: multipart('mixed', [
      multipart('alternative', [text('Dear Alice,\n\nwe have the keys! The hut above Kandersteg is ours from Friday at four.'), multipart('related', [`Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${base64(letter)}\n`, picture('hills@example.org', hills)]).raw + '\n']).raw + '\n',
      file('hut-rules-and-map.pdf', 'application/pdf', Buffer.from(`%PDF-1.4\n${'% a map\n'.repeat(22_000)}`)),
    ]),
  }),
  message({ name: 'Alan Kay', from: 'alan@example.org', subject: 'Lunch?', ago: 4, body: 'The best way to predict lunch is to cook it. Twelve thirty, my place?\n' }),
];
