"""mutt sends a message with an attachment by submission, with TLS."""

import email
import email.policy
import poplib

from common import PASSWORD, ClientTest, certificate, main, needs


@needs("mutt")
class Mutt(ClientTest):
    def mutt(self, *words, stdin=b""):
        name, _, domain = self.address.partition("@")
        settings = [
            f"set from='{self.address}' realname='A Person' use_from=yes envelope_from=yes",
            f"set smtp_url='smtps://{name}%40{domain}@127.0.0.1:{self.port('submissions')}/' smtp_pass='{PASSWORD}'",
            f"set certificate_file='{certificate()}' ssl_verify_host=no ssl_force_tls=yes ssl_usesystemcerts=no",
            "set copy=no mbox_type=mbox quit=yes charset=utf-8 send_charset='utf-8'",
            f"set folder='{self.folder}' spoolfile='{self.folder}/inbox'",
        ]
        path = self.file("muttrc", "\n".join(settings) + "\n")
        return self.run_client("mutt", "-n", "-F", path, *words, stdin=stdin)

    def test_sends_with_an_attachment(self):
        attachment = bytes(range(256)) * 40
        path = self.file("data.bin", attachment)
        self.mutt("-s", "Grüße von mutt", "-a", path, "--", self.address, stdin="Schöne Grüße\n.dot\n".encode())
        pop = poplib.POP3("127.0.0.1", self.port("pop3"), timeout=60)
        self.addCleanup(pop.close)
        pop.user(self.address)
        pop.pass_(PASSWORD)
        self.assertEqual(pop.stat()[0], 1)
        message = email.message_from_bytes(b"\r\n".join(pop.retr(1)[1]), policy=email.policy.default)
        self.assertEqual(message["Subject"], "Grüße von mutt")
        parts = list(message.iter_parts())
        self.assertEqual(parts[0].get_content().splitlines(), ["Schöne Grüße", ".dot"])
        self.assertEqual(parts[1].get_filename(), "data.bin")
        self.assertEqual(parts[1].get_content(), attachment)


if __name__ == "__main__":
    main()
