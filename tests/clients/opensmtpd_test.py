"""OpenSMTPD takes mail from our queue, under TLS where it can, and hands it over to a server of ours as a relay would."""

import os
import pathlib
import pwd
import smtplib
import ssl
import subprocess
import unittest

from common import BODY, PASSWORD, ClientTest, Server, letter, main
from authority import RSA, Authority
from ports import reserved_port

# As a package it would take Postfix's place, so it is only unpacked; ./dev says where.
UNPACKED = pathlib.Path(os.environ.get("PILLARBOX_OPENSMTPD", pathlib.Path(__file__).parents[2] / "build/peers/opensmtpd")).absolute()
PROGRAM = UNPACKED / "usr/sbin/smtpd"
USERS = ("opensmtpd", "opensmtpq")
PATIENCE = 120
HOST = "front.example.net"

SETTINGS = """pki front cert "{certificate}"
pki front key "{key}"
listen on 127.0.0.1 port {port} tls pki front hostname {host}
action "on" relay host "smtp://127.0.0.1:{next}"
match from any for domain "{domain}" action "on"
"""

# Its folders are built into it. In a namespace of its own they are nobody else's, and gone when it ends.
START = """set -e
for folder in /var/spool /var/lib /run /usr/libexec; do mount -t tmpfs none "$folder"; done
mkdir -p -m 711 /var/spool/smtpd
mkdir -p -m 755 /var/lib/opensmtpd/empty
ln -s "$1/usr/libexec/opensmtpd" /usr/libexec/opensmtpd
exec "$1/usr/sbin/smtpd" -dv -f "$2"
"""


def why_not():
    """Why OpenSMTPD cannot run here; empty when it can."""
    if os.geteuid() != 0:
        return "OpenSMTPD runs as root only"
    if not PROGRAM.exists():
        return f"there is no OpenSMTPD at {PROGRAM}: ./dev test clients unpacks one"
    for user in USERS:
        try:
            pwd.getpwnam(user)
        except KeyError:
            return f"OpenSMTPD's user {user} is missing: ./dev test clients adds it"
    libraries = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=False).stdout
    missing = [line.split()[0] for line in libraries.splitlines() if "not found" in line]
    if missing:
        return f"libraries of OpenSMTPD are missing: {', '.join(missing)}"
    space = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True, check=False)
    return f"OpenSMTPD needs folders of its own, and none may be mounted here: {space.stderr.strip()}" if space.returncode else ""


@unittest.skipIf(why_not(), why_not())
class OpenSmtpd(ClientTest):
    def front(self, domain):
        """Starts one that takes mail for a domain and sends it on to the server; returns its port. It ends with the test."""
        port = reserved_port()
        self.folder.chmod(0o755)  # its daemons are other users
        certificate, key = Authority(self.folder).certify(HOST, key=RSA)  # its process for keys cannot sign with others
        settings = SETTINGS.format(certificate=certificate, key=key, port=port, host=HOST, next=self.port("smtp"), domain=domain)
        path = self.file("smtpd.conf", settings, 0o600)
        self.start_daemon(["unshare", "--mount", "--propagation", "private", "sh", "-c", START, "sh", UNPACKED, path],
                          b"debug: smtp: will accept at most")
        return port

    def carry(self, port, domain, tls):
        """Sends through our queue to it by a route, from where it comes back to the server; what that has then."""
        bob = f"bob@{domain}"
        self.server.add_domain(domain)
        self.server.verb("alias", "add", bob, self.address)
        ours = Server(outbound__mode="direct", outbound__routes=f"{domain} smtp://127.0.0.1:{port} {tls}").add_domain()
        self.addCleanup(ours.close)
        alice = ours.add_account("alice")
        ours.start()

        def send(subject, body, *options):
            with smtplib.SMTP("127.0.0.1", ours.ports["submission"], timeout=PATIENCE) as client:
                client.ehlo()
                client.login(alice, PASSWORD)
                client.sendmail(alice, [bob], letter(subject, body, sender=alice), mail_options=options)
            self.assertIn("Message accepted for delivery", ours.wait_for("outbound.delivered", PATIENCE))
            self.server.wait_for(" smtp.message ", PATIENCE)

        send("to OpenSMTPD", BODY)
        send("dots and an end", ".\r\n..\r\n.x\r\n\r\n\r\n")
        send("eight bits", "Grüße\r\n", "BODY=8BITMIME")
        send("a large one", "0123456789 abcdefghijklmnopqrstuvwxyz\r\n" * 20_000)
        received = self.on_the_server()
        self.assertEqual(len(received), 4)
        for text, body in zip(received, (BODY.encode(), b".\r\n..\r\n.x\r\n\r\n\r\n", "Grüße\r\n".encode())):
            self.assertTrue(text.endswith(b"\r\n\r\n" + body), text)
        self.assertEqual(ours.stop(), 0)
        return received

    def test_takes_mail_from_us_as_well_as_it_can(self):
        # Where it offers TLS and cannot do it, mail goes without, for nobody asked for more: RFC 7435 §3.
        domain = "offered.example"
        for text in self.carry(self.front(domain), domain, "offered"):
            self.assertIn(f"by {HOST} (OpenSMTPD) with ESMTP".encode(), text)

    def test_takes_mail_from_us_under_tls(self):
        domain = "encrypted.example"
        port = self.front(domain)
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as client:
                client.starttls(context=ssl._create_unverified_context())
        except (ssl.SSLError, smtplib.SMTPException) as error:
            self.skipTest(f"this OpenSMTPD offers TLS and cannot do it, as 6.8 with OpenSSL 3 (Debian 12): {error}")
        for text in self.carry(port, domain, "encrypted"):
            self.assertIn(f"by {HOST} (OpenSMTPD) with ESMTPS".encode(), text)


if __name__ == "__main__":
    main()
