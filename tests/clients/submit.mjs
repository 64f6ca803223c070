// Sends a message with Nodemailer; submitting.py says what the arguments are.
import { readFileSync } from "node:fs";
import { createTransport } from "nodemailer";

const cannotSignIn = 1;
const broken = 2;

const [port, security, user, pass, ...to] = process.argv.slice(2);
const transport = createTransport({
  host: "127.0.0.1",
  port: Number(port),
  secure: security === "implicit",
  requireTLS: true,
  tls: { ca: readFileSync("certificate.pem"), servername: "mail.example.test" },
  auth: { user, pass },
});

try {
  await transport.sendMail({ envelope: { from: user, to, use8BitMime: true }, raw: readFileSync(0) });
} catch (error) {
  console.error(`submit.mjs: ${error.message}`);
  process.exitCode = error.code === "EAUTH" ? cannotSignIn : broken;
}
