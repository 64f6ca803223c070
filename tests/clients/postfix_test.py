"""Postfix takes mail, and hands it over by SMTP as a relay would, and by LMTP as a server in front of ours."""

import os
import pathlib
import poplib
import pwd
import shutil
import smtplib
import unittest

from common import BODY, HOST, PASSWORD, ClientTest, Server, configure, letter, main, needs
from ports import reserved_port

DAEMONS = pathlib.Path("/usr/lib/postfix/sbin")
PATIENCE = 120

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = /dev/stdout
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = front.example.net
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
smtp_dns_support_level = disabled
smtp_tls_security_level = may
lmtp_tls_security_level = may
smtputf8_enable = yes
minimal_backoff_time = 1s
{routes}
"""

MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

configure(lmtp__listen="127.0.0.1:0")


@needs("postfix")
@unittest.skipUnless(os.geteuid() == 0, "Postfix runs as root only")
class Postfix(ClientTest):
    def front(self, routes):
        """Starts a Postfix of our own; returns its port. It ends with the test."""
        port = reserved_port()
        self.folder.chmod(0o755)  # its daemons are other users
        for name in ("etc", "spool", "data"):
            (self.folder / name).mkdir(mode=0o755)
        shutil.chown(self.folder / "data", pwd.getpwnam("postfix").pw_uid)
        self.file("etc/main.cf", MAIN.format(folder=self.folder, routes=routes), 0o644)
        self.file("etc/master.cf", MASTER.format(port=port), 0o644)
        self.run_client("postfix", "-c", self.folder / "etc", "check")  # makes the folders of its queue
        # The master itself: it takes its daemons along when it ends.
        self.start_daemon([DAEMONS / "master", "-c", self.folder / "etc", "-s"], b"daemon started")
        return port

    def hand_in(self, port, message, recipients, options=()):
        with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as front:
            front.ehlo()
            front.sendmail("someone@example.net", recipients, message, mail_options=options)

    def await_message(self):
        return self.server.wait_for(" smtp.message ", PATIENCE)

    def test_relays(self):
        port = self.front(f"relayhost = [127.0.0.1]:{self.port('smtp')}")
        message = letter("by postfix", BODY, to=self.address)
        self.hand_in(port, message, [self.address])
        self.await_message()
        received = self.on_the_server()[0]
        self.assertRegex(received, rb"(?s)^.*?by " + HOST.encode() + rb".*?with ESMTPS\b")
        self.assertTrue(received.endswith(message.split(b"\r\n\r\n", 1)[1]))

        utf8 = letter("Grüße", "日本語\r\n", sender="jürgen@example.net", to=self.address)
        self.hand_in(port, utf8, [self.address], ["SMTPUTF8", "BODY=8BITMIME"])
        self.await_message()
        pop = poplib.POP3("127.0.0.1", self.port("pop3"), timeout=PATIENCE)
        self.addCleanup(pop.close)
        pop.utf8()
        pop.user(self.address)
        pop.pass_(PASSWORD)
        received = b"\r\n".join(pop.retr(2)[1])
        self.assertIn("Subject: Grüße\r\n".encode(), received)
        self.assertRegex(received, rb"\bwith UTF8SMTPS\b")

    def test_delivers_by_lmtp(self):
        routes = f"virtual_mailbox_domains = example.test\nvirtual_transport = lmtp:inet:[127.0.0.1]:{self.port('lmtp')}"
        port = self.front(routes + "\nlmtp_destination_recipient_limit = 50")
        second = self.server.add_account(self.address.split("@")[0] + "-second")
        message = letter("by lmtp", BODY, to=self.address)
        self.hand_in(port, message, [self.address, second])
        self.assertIn(" recipients=2 ", self.await_message())
        received = self.on_the_server()[0]
        self.assertRegex(received, rb"(?s)^.*?by " + HOST.encode() + rb".*?with LMTPS\b")
        self.assertTrue(received.endswith(message.split(b"\r\n\r\n", 1)[1]))

    def test_takes_mail_from_us(self):
        port = self.front(f"relayhost = [127.0.0.1]:{self.port('smtp')}\nvirtual_alias_domains = far.example\n"
                          f"virtual_alias_maps = inline:{{bob@far.example={self.address}}}")
        ours = Server(outbound__mode="direct", outbound__routes=f"far.example smtp://127.0.0.1:{port}").add_domain()
        self.addCleanup(ours.close)
        alice = ours.add_account("alice")
        ours.start()

        def send(subject, body, *options):
            with smtplib.SMTP("127.0.0.1", ours.ports["submission"], timeout=PATIENCE) as client:
                client.ehlo()
                client.login(alice, PASSWORD)
                client.sendmail(alice, ["bob@far.example"], letter(subject, body, sender=alice), mail_options=options)
            self.assertIn("queued as", ours.wait_for("outbound.delivered", PATIENCE))
            self.await_message()

        send("to postfix", BODY)
        send("eight bits", "Grüße\r\n", "BODY=8BITMIME")
        first, second = self.on_the_server()
        self.assertTrue(first.endswith(BODY.encode()), first)
        self.assertIn(b"by front.example.net (Postfix)", first)
        self.assertTrue(second.endswith("Grüße\r\n".encode()), second)
        send("Grüße an Postfix", "日本語\r\n", "SMTPUTF8", "BODY=8BITMIME")
        self.assertEqual(ours.stop(), 0)


if __name__ == "__main__":
    main()
