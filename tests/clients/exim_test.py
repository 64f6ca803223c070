"""Exim takes mail, and hands it over as a relay would: in chunks (RFC 3030), pipelined and in UTF-8."""

import os
import pathlib
import poplib
import pwd
import re
import shutil
import subprocess
import time
import unittest

from common import BODY, DOMAIN, HOST, PASSWORD, PATIENCE, ClientTest, letter, main

# As a package it would take Postfix's place, so it is only unpacked; ./dev says where.
EXIM = pathlib.Path(os.environ.get("PILLARBOX_EXIM", pathlib.Path(__file__).parents[2] / "build/peers/exim4-daemon-light/usr/sbin/exim4"))

SETTINGS = """exim_path = {program}
primary_hostname = front.example.net
spool_directory = {folder}/spool
log_file_path = {folder}/spool/log-%s
log_selector = +all
keep_environment =
add_environment = PATH=/usr/bin
acl_smtp_rcpt = accept
acl_smtp_data = accept
smtputf8_advertise_hosts = *
chunking_advertise_hosts = *
pipelining_advertise_hosts = *

begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = to_pillarbox

begin transports
to_pillarbox:
  driver = smtp
  port = {port}
  allow_localhost
  hosts_require_tls = {tls_for}
  hosts_avoid_tls = {no_tls_for}
  tls_verify_certificates = {certificate}
  tls_verify_cert_hostnames =
  tls_verify_hosts = *
"""


def why_not():
    """Why Exim cannot run here; empty when it can."""
    if os.geteuid() != 0:
        return "Exim runs as root only"
    if not EXIM.exists():
        return f"there is no Exim at {EXIM}: ./dev test clients unpacks one"
    try:
        pwd.getpwnam("Debian-exim")
    except KeyError:
        return "Exim's user Debian-exim is missing: ./dev test clients adds it"
    missing = [line.split()[0] for line in subprocess.run(["ldd", EXIM], capture_output=True, text=True).stdout.splitlines() if "not found" in line]
    return f"libraries of Exim are missing: {', '.join(missing)}" if missing else ""


@unittest.skipIf(why_not(), why_not())
class Exim(ClientTest):
    def relay(self, message, recipients, sender="someone@example.net", mail="", tls=True):
        """Hands it to Exim by SMTP at its standard input, which sends it on before it ends; the id it has here."""
        self.folder.chmod(0o755)  # it becomes another user to send, and begins anew as that
        program = shutil.copy(EXIM, self.folder)
        spool = self.folder / "spool"
        spool.mkdir(mode=0o755, exist_ok=True)
        user = pwd.getpwnam("Debian-exim")
        os.chown(spool, user.pw_uid, user.pw_gid)
        certificate = self.file("certificate.pem", (self.server.data / "tls-certificate.pem").read_bytes(), 0o644)
        settings = SETTINGS.format(
            program=program,
            folder=self.folder,
            port=self.port("smtp"),
            certificate=certificate,
            tls_for="*" if tls else "",
            no_tls_for="" if tls else "*",
        )
        path = self.file("exim.conf", settings, 0o644)
        stuffed = message.replace(b"\r\n.", b"\r\n..")
        dialogue = b"EHLO client.example.net\r\n" + f"MAIL FROM:<{sender}>{mail}\r\n".encode()
        dialogue += b"".join(f"RCPT TO:<{recipient}>\r\n".encode() for recipient in recipients)
        dialogue += b"DATA\r\n" + stuffed + b".\r\nQUIT\r\n"
        done = self.run_client(program, "-C", path, "-odf", "-bs", stdin=dialogue)
        said = (spool / "log-main").read_text()
        self.assertIn(" Completed", said, done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace"))
        taken = [line for line in said.splitlines() if " => " in line or " -> " in line]
        self.assertTrue(taken, said)
        for line in taken:
            self.assertIn(" L K ", line)  # pipelined, and in chunks
        return re.search(r"stored as (\w+)", taken[0])[1]

    def transcript(self, name):
        """Of the session that brought a message; it is written a moment after its end."""
        session = self.server.wait_for(f" id={name} ").split(" session=")[1].split()[0]
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            shown = self.server.verb("transcript", "show", session, check=False)
            if shown.returncode == 0:
                return shown.stdout
        self.fail(f"no transcript of {session} was ever written\n{self.server.tail()}")

    def assert_relayed(self, received, message, protocol):
        self.assertRegex(received, rb"(?s)^.*?by " + HOST.encode() + rb".*?\bwith " + protocol + rb"\b")
        self.assertTrue(received.endswith(message.split(b"\r\n\r\n", 1)[1]), received[-200:])

    def test_one_chunk(self):
        message = letter("by exim", BODY, to=self.address)
        name = self.relay(message, [self.address])
        self.assert_relayed(self.on_the_server()[0], message, b"ESMTPS")
        self.assertRegex(self.transcript(name), r"C: BDAT \d+ LAST\n")

    def test_several_chunks_without_tls(self):
        body = "".join(f".{number} naïve café {'x' * (number % 900)}\r\n" for number in range(3000))
        message = letter("large", body, to=self.address)
        name = self.relay(message, [self.address], tls=False)
        self.assert_relayed(self.on_the_server()[0], message, b"ESMTP")
        chunks = re.findall(r"C: BDAT \d+( LAST)?\n", self.transcript(name))
        self.assertGreater(len(chunks), 1)
        self.assertEqual(chunks, [""] * (len(chunks) - 1) + [" LAST"])

    def test_recipients_pipelined(self):
        name = self.address.split("@")[0]
        others = [self.server.add_account(f"{name}-{number}") for number in range(3)]
        message = letter("for several", BODY, to=self.address)
        self.relay(message, [self.address, *others, f"{name}-nobody@{DOMAIN}"])
        for self.address in (self.address, *others):
            self.assertEqual(self.count(), 1)

    def test_utf8(self):
        message = letter("Grüße", "日本語\r\n", sender="jürgen@example.net", to=self.address)
        self.relay(message, [self.address], sender="jürgen@example.net", mail=" SMTPUTF8 BODY=8BITMIME")
        pop = poplib.POP3("127.0.0.1", self.port("pop3"), timeout=PATIENCE)
        self.addCleanup(pop.close)
        pop.utf8()
        pop.user(self.address)
        pop.pass_(PASSWORD)
        received = b"".join(line + b"\r\n" for line in pop.retr(1)[1])
        self.assertIn("Subject: Grüße\r\n".encode(), received)
        self.assertIn("Return-Path: <jürgen@example.net>\r\n".encode(), received)
        self.assert_relayed(received, message, b"UTF8SMTPS")

    def test_several_messages(self):
        for number in range(3):
            self.relay(letter(f"number {number}", BODY * 100, to=self.address), [self.address])
        self.assertEqual(self.count(), 3)


if __name__ == "__main__":
    main()
