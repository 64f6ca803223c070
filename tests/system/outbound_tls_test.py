"""The TLS that mail for others is owed: MTA-STS, and what they had before."""

import http.client
import http.server
import json
import os
import ssl
import threading
import unittest

from common import DOMAIN, PASSWORD, PATIENCE, Server, letter, main, smtp
from authority import Authority
from next_hop import NextHop
from small_dns import SmallDns

MX = "mx.good.example"
POLICY = "version: STSv1\r\nmode: {mode}\r\nmx: {host}\r\nmax_age: 86400\r\n"


class PolicyHost:
    """Serves a policy by HTTPS, and counts who asks."""

    def __init__(self, certificate):
        self.policy, self.status, self.type, self.asked = "", 200, "text/plain", []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.headers["Host"].split(":")[0], self.path))
                body = outer.policy.encode()
                self.send_response(outer.status)
                self.send_header("Content-Type", outer.type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class OutboundTls(unittest.TestCase):
    def setUp(self):
        self.server = Server().add_domain()
        self.addCleanup(self.server.close)
        self.authority = Authority(self.server.folder)
        os.environ["SSL_CERT_FILE"] = str(self.authority.file)  # whom the machine trusts
        self.addCleanup(os.environ.pop, "SSL_CERT_FILE")
        self.good = self.authority.certify(MX)
        self.web = PolicyHost(self.authority.certify("mta-sts.good.example"))
        self.addCleanup(self.web.close)
        self.dns = SmallDns({
            ("good.example", "MX"): [(10, MX)],
            (MX, "A"): ["127.0.0.1"],
            ("mta-sts.good.example", "A"): ["127.0.0.1"],
        })
        self.addCleanup(self.dns.close)
        self.alice = self.server.add_account("alice")

    def publish(self, mode="enforce", host=MX, number=1):
        self.web.policy = POLICY.format(mode=mode, host=host)
        self.dns.zone[("_mta-sts.good.example", "TXT")] = [f"v=STSv1; id={number};"]

    def start(self, certificate=None, **settings):
        hop = NextHop(certificate=certificate)
        self.addCleanup(hop.close)
        self.server.settings |= {
            "outbound.mode": "direct", "outbound.port": hop.port, "outbound.mta_sts_port": self.web.port,
            "dns.servers": f"127.0.0.1:{self.dns.port}",
        } | {key.replace("__", "."): value for key, value in settings.items()}
        self.server.start()
        return hop

    def submit(self, header=""):
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            message = letter("outside", sender=self.alice)
            client.sendmail(self.alice, ["bob@good.example"], header.encode() + message)

    def retry(self):
        self.server.verb("queue", "retry", "--all")

    def deferred(self):
        self.server.wait_for("outbound.deferred")
        entry, = json.loads(self.server.verb("queue", "list", "--json").stdout)
        return entry["reply"]

    def delivered(self, hop):
        hop.messages.get(timeout=PATIENCE)
        return self.server.wait_for("outbound.delivered")

    def test_a_policy_is_fetched_once_and_met(self):
        self.publish()
        hop = self.start(self.good)
        for _ in range(2):
            self.submit()
            self.delivered(hop)
        self.assertEqual(self.web.asked, [("mta-sts.good.example", "/.well-known/mta-sts.txt")])
        self.assertEqual(self.server.stop(), 0)
        self.web.status = 500
        self.server.start()
        self.submit()
        self.delivered(hop)
        self.assertEqual(len(self.web.asked), 1)  # it is remembered

    def test_nothing_goes_to_who_does_not_meet_it(self):
        self.publish()
        hop = self.start(self.authority.certify("elsewhere.example"))
        self.submit()
        reply = self.deferred()
        self.assertIn("did not prove to be mx.good.example", reply)
        self.assertIn("the MTA-STS policy of good.example", reply)
        self.assertEqual(hop.taken, 0)
        hop.certificate = self.good
        self.retry()
        self.delivered(hop)

    def test_nothing_goes_in_the_clear_under_a_policy(self):
        self.publish()
        hop = self.start()
        self.submit()
        self.assertIn("does not begin TLS", self.deferred())
        self.server.verb("queue", "drop", "1")
        self.submit("TLS-Required: No\r\n")  # rather in the clear than not at all
        self.retry()
        self.delivered(hop)
        self.assertEqual(hop.taken, 1)

    def test_nothing_goes_to_a_server_that_it_does_not_name(self):
        self.publish(host="*.elsewhere.example")
        hop = self.start(self.good)
        self.submit()
        self.assertIn("does not name", self.deferred())
        self.assertEqual(hop.taken, 0)
        self.publish(host="*.good.example", number=2)  # its owner has mended it
        self.server.stop()
        self.server.start()
        self.retry()
        self.delivered(hop)

    def test_it_is_only_noted_while_it_is_tested_and_not_followed_when_that_is_off(self):
        self.publish("testing")
        hop = self.start()
        self.submit()
        self.delivered(hop)
        self.server.stop()
        self.publish("enforce", number=2)
        self.server.settings["outbound.mta_sts"] = "false"
        self.server.start()
        self.submit()
        self.delivered(hop)
        self.assertEqual(len(self.web.asked), 1)

    def test_what_is_no_policy_stops_no_mail(self):
        for number, (status, kind, text) in enumerate((
            (404, "text/plain", ""), (301, "text/plain", POLICY), (200, "text/html", POLICY), (200, "text/plain", "<html>"),
        )):
            with self.subTest(status, kind=kind):
                self.web.status, self.web.type = status, kind
                self.publish(number=number + 1)
                self.web.policy = text.format(mode="enforce", host=MX)
                hop = self.start()
                self.submit()
                self.server.wait_for("outbound.policy_not_fetched")
                self.delivered(hop)
                self.assertEqual(self.server.stop(), 0)

    def test_less_than_before_is_noticed(self):
        hop = self.start(self.good)
        self.submit()
        self.delivered(hop)
        hop.certificate = None
        self.submit()
        self.server.wait_for("outbound.less_tls")
        self.delivered(hop)
        self.server.stop()
        self.server.settings["outbound.downgrade"] = "refuse"
        self.server.start()
        self.submit()
        self.assertIn("has gone under TLS to a server that proved who it is before", self.deferred())
        self.assertEqual(hop.taken, 2)
        (best,) = json.loads(self.server.verb("tls", "show", "Good.example", "--json").stdout)
        self.assertEqual((best["domain"], best["best"]), ("good.example", "proven"))
        self.server.verb("tls", "forget", "good.example")
        self.assertEqual(json.loads(self.server.verb("tls", "show", "good.example", "--json").stdout), [])
        self.assertEqual(self.server.verb("tls", "forget", "good.example", check=False).returncode, 1)
        self.retry()
        self.delivered(hop)

    def test_our_own_policy(self):
        self.server.settings |= {"mta_sts.mode": "testing", "mta_sts.max_age": "1d"}
        records = {entry["name"]: entry for entry in json.loads(self.server.verb("dns", DOMAIN, "--json").stdout)}
        self.assertRegex(records[f"_mta-sts.{DOMAIN}"]["value"], r"^v=STSv1; id=[0-9a-f]{16};$")
        self.assertEqual(records[f"mta-sts.{DOMAIN}"]["type"], "CNAME")
        self.server.start()
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.ports["https"], context=context, timeout=PATIENCE)
        connection.request("GET", "/.well-known/mta-sts.txt", headers={"Host": f"mta-sts.{DOMAIN}"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.read().decode(), POLICY.format(mode="testing", host="mail.example.test"))
        connection.close()


if __name__ == "__main__":
    main()
