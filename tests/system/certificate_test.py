"""Signing in with a certificate: SASL EXTERNAL, over POP3 and on the submission ports."""

import base64
import poplib
import smtplib
import ssl
import subprocess
import unittest

from common import DOMAIN, PASSWORD, PATIENCE, Server, letter, main


class Certificate(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8").add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.bob = self.server.add_account("bob")
        self.make_authority("ours")
        self.make_authority("theirs")
        self.server.settings["tls.client_ca"] = str(self.server.folder / "ours.pem")
        self.server.start()

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.server.folder, check=True, capture_output=True)

    def make_authority(self, name):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")

    def certificate(self, *addresses, authority="ours", subject="/CN=somebody", usage="clientAuth"):
        """A TLS context that shows a certificate for these addresses."""
        names = "".join(f"\nsubjectAltName={','.join(addresses)}" if addresses else "")
        (self.server.folder / "extensions").write_text(f"extendedKeyUsage={usage}{names}\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
                     "-keyout", "user.key", "-out", "user.csr")
        self.openssl("x509", "-req", "-in", "user.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
                     "-CAcreateserial", "-days", "1", "-extfile", "extensions", "-out", "user.pem")
        context = self.plain()
        context.load_cert_chain(self.server.folder / "user.pem", self.server.folder / "user.key")
        return context

    def plain(self):
        context = ssl.create_default_context(cafile=str(self.server.data / "tls-certificate.pem"))
        context.check_hostname = False
        return context

    def smtp(self, context):
        session = smtplib.SMTP_SSL("127.0.0.1", self.server.ports["submissions"], timeout=PATIENCE, context=context)
        self.addCleanup(session.close)
        session.ehlo()
        return session

    def offered(self, context):
        return self.smtp(context).esmtp_features["auth"].split()

    @staticmethod
    def sign_in(session, user=""):
        return session.docmd("AUTH", "EXTERNAL " + (base64.b64encode(user.encode()).decode() or "="))[0]

    def test_signs_in_by_either_protocol(self):
        shown = self.certificate(f"email:{self.alice}")
        session = self.smtp(shown)
        self.assertEqual(session.esmtp_features["auth"].split()[0], "EXTERNAL")
        self.assertEqual(self.sign_in(session), 235)
        session.sendmail(self.alice, [self.alice], letter("certified", sender=self.alice))
        session.quit()

        upgraded = smtplib.SMTP("127.0.0.1", self.server.ports["submission"], timeout=PATIENCE)
        self.addCleanup(upgraded.close)
        upgraded.ehlo()
        self.assertNotIn("EXTERNAL", upgraded.esmtp_features.get("auth", ""))
        upgraded.starttls(context=shown)
        upgraded.ehlo()
        self.assertEqual(self.sign_in(upgraded, self.alice), 235)

        pop = poplib.POP3_SSL("127.0.0.1", self.server.ports["pop3s"], timeout=PATIENCE, context=shown)
        self.assertEqual(pop.capa()["SASL"][0], "EXTERNAL")
        pop._shortcmd("AUTH EXTERNAL =")
        self.assertEqual(pop.stat()[0], 1)
        pop.quit()

    def test_for_whom_it_names_alone(self):
        session = self.smtp(self.certificate(f"email:{self.alice}", f"email:{self.bob}"))
        self.assertEqual(self.sign_in(session, f"carol@{DOMAIN}"), 535)
        self.assertEqual(self.sign_in(session, self.bob), 235)
        subject = self.smtp(self.certificate(subject=f"/CN=x/emailAddress={self.bob}"))
        self.assertEqual(self.sign_in(subject, self.alice), 535)
        self.assertEqual(self.sign_in(subject), 235)
        utf8 = self.smtp(self.certificate(f"otherName:1.3.6.1.5.5.7.8.9;UTF8:{self.alice}"))
        self.assertEqual(self.sign_in(utf8), 235)
        stranger = self.smtp(self.certificate(f"email:nobody@{DOMAIN}"))
        self.assertEqual(self.sign_in(stranger), 535)
        self.server.verb("account", "disable", self.bob)
        disabled = self.smtp(self.certificate(f"email:{self.bob}"))
        self.assertEqual(self.sign_in(disabled), 535)

    def test_not_with_any_other(self):
        for context in (
            self.plain(),
            self.certificate(f"email:{self.alice}", authority="theirs"),
            self.certificate(f"email:{self.alice}", usage="serverAuth"),
            self.certificate("DNS:client.example"),
        ):
            self.assertNotIn("EXTERNAL", self.offered(context))
            session = self.smtp(context)
            self.assertEqual(self.sign_in(session, self.alice), 504)
            self.assertEqual(session.login(self.alice, PASSWORD)[0], 235)  # they sign in as ever


if __name__ == "__main__":
    main()
