"""Behind a proxy: who a client is, as the PROXY protocol tells, in trace fields, limits and the log."""

import http.client
import poplib
import smtplib
import socket
import ssl
import unittest

from common import DOMAIN, PASSWORD, PATIENCE, Server, letter, main

CLIENT = "192.0.2.7"
LINE = f"PROXY TCP4 {CLIENT} 127.0.0.1 56324 25\r\n".encode()
OCTETS = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c" + socket.inet_aton(CLIENT) + socket.inet_aton("127.0.0.1") + b"\xdc\x04\x03\xe3"


class Proxied(smtplib.SMTP):
    def _get_socket(self, host, port, timeout):
        connected = socket.create_connection((host, port), timeout)
        connected.sendall(LINE)
        return connected


class Proxy(unittest.TestCase):
    def setUp(self):
        self.server = Server(proxy__from="127.0.0.1,10.0.0.0/8").add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()

    def connect(self, name, header):
        connected = socket.create_connection(("127.0.0.1", self.server.ports[name]), PATIENCE)
        self.addCleanup(connected.close)
        connected.sendall(header)
        return connected

    def test_tells_who_the_client_is(self):
        with Proxied("127.0.0.1", self.server.ports["smtp"], timeout=PATIENCE) as smtp:
            smtp.sendmail("a@example.net", [self.alice], letter("by proxy"))

        # The header comes before TLS.
        context = ssl.create_default_context(cafile=str(self.server.data / "tls-certificate.pem"))
        context.check_hostname = False
        secure = context.wrap_socket(self.connect("pop3s", OCTETS))
        pop = poplib.POP3.__new__(poplib.POP3)
        pop.sock, pop.file, pop._debugging, pop._tls_established = secure, secure.makefile("rb"), 0, True
        self.addCleanup(pop.file.close)
        pop.welcome = pop._getresp()
        pop.user(self.alice)
        pop.pass_(PASSWORD)
        self.assertIn(f"peer={CLIENT} ", self.server.wait_for(" pop3.login "))
        received = b" ".join(pop.retr(1)[1])
        self.assertIn(f"[{CLIENT}]".encode(), received)
        pop.quit()

        web = http.client.HTTPConnection("127.0.0.1", self.server.ports["http"], timeout=PATIENCE)
        web.sock = self.connect("http", b"PROXY UNKNOWN\r\n")
        web.request("GET", "/healthz", headers={"Host": "localhost"})
        self.assertEqual(web.getresponse().status, 200)
        web.close()
        self.server.settings["http.listen"] = f"127.0.0.1:{self.server.ports['http']}"
        self.assertEqual(self.server.verb("healthcheck").stdout, "ready\n")
        self.assertEqual(self.server.stop(), 0)

    def test_wants_to_know(self):
        for said in (b"EHLO client.example.net\r\n", b"PROXY TCP4 somebody\r\n"):
            try:
                self.assertEqual(self.connect("smtp", said).recv(100), b"")
            except ConnectionResetError:
                pass  # it had read less than was sent
        self.assertIn("proxy.from", self.server.wait_for(" net.refused "))


if __name__ == "__main__":
    main()
