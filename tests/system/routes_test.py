"""Mail for some domains goes where the operator says: by SMTP or LMTP, with or without TLS and a password."""

import json
import os
import queue
import threading
import time
import unittest

from common import PASSWORD, PATIENCE, Server, letter, main, smtp
from authority import Authority
from next_hop import NextHop
from small_dns import SmallDns

HOST = "relay.example.net"


class Routes(unittest.TestCase):
    def setUp(self):
        self.server = Server().add_domain()
        self.addCleanup(self.server.close)
        self.authority = Authority(self.server.folder)
        os.environ["SSL_CERT_FILE"] = str(self.authority.file)
        self.addCleanup(os.environ.pop, "SSL_CERT_FILE")
        self.dns = SmallDns({(HOST, "A"): ["127.0.0.1"], ("other.example", "A"): ["127.0.0.1"]})
        self.addCleanup(self.dns.close)
        self.alice = self.server.add_account("alice")
        self.server.settings["dns.servers"] = f"127.0.0.1:{self.dns.port}"

    def hop(self, **options):
        hop = NextHop(**options)
        self.addCleanup(hop.close)
        return hop

    def start(self, *routes, **settings):
        self.server.settings |= {"outbound.mode": "direct", "outbound.routes": ",".join(routes)}
        self.server.settings |= {key.replace("__", "."): value for key, value in settings.items()}
        self.server.start()

    def submit(self, *recipients):
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            client.sendmail(self.alice, recipients, letter("outside", sender=self.alice))

    def queued(self):
        return json.loads(self.server.verb("queue", "list", "--json").stdout)

    def taken_by(self, hop):
        return hop.messages.get(timeout=PATIENCE)[1]

    def test_each_domain_goes_its_way(self):
        one, rest = self.hop(), self.hop()
        for mode, settings in (
            ("direct", {"outbound.port": rest.port}),
            ("smarthost", {"outbound.smarthost": f"smtp://127.0.0.1:{rest.port}"}),
        ):
            with self.subTest(mode):
                self.start(f"routed.example smtp://127.0.0.1:{one.port}", outbound__mode=mode, **settings)
                self.submit("a@routed.example", "b@other.example", "c@ROUTED.example")
                self.assertEqual(sorted(self.taken_by(one)), ["a@routed.example", "c@routed.example"])
                self.assertEqual(self.taken_by(rest), ["b@other.example"])
                self.server.wait_for("outbound.delivered")
                self.assertEqual(self.server.stop(), 0)

    def test_the_smarthost_has_no_more_conversations_than_it_may(self):
        most, domains = 20, 30
        one, rest = self.hop(), self.hop()
        arrived, go_on = queue.Queue(), threading.Event()
        self.addCleanup(go_on.set)

        def wait(_):
            arrived.put(None)
            go_on.wait(PATIENCE)

        rest.faults["data"] = [wait] * domains
        self.start(f"routed.example smtp://127.0.0.1:{one.port}", outbound__mode="smarthost",
                   outbound__smarthost=f"smtp://127.0.0.1:{rest.port}")
        self.submit(*(f"a@domain{number}.example" for number in range(domains)))
        for _ in range(most):
            arrived.get(timeout=PATIENCE)
        self.submit("b@routed.example")  # which does not go there
        self.assertEqual(self.taken_by(one), ["b@routed.example"])
        self.assertTrue(arrived.empty())
        go_on.set()
        taken = [self.taken_by(rest) for _ in range(domains)]
        self.assertEqual(len({recipients[0] for recipients in taken}), domains)

    def test_a_domain_gets_so_many_messages_a_minute(self):
        one, rest = self.hop(), self.hop()
        began = []
        one.faults["data"] = [lambda _: began.append(time.monotonic())] * 4
        self.start(f"routed.example smtp://127.0.0.1:{one.port} 120/min", outbound__port=rest.port)
        for number in range(4):
            self.submit(f"a{number}@routed.example")
        self.submit("b@other.example")  # which has no limit
        self.assertEqual(self.taken_by(rest), ["b@other.example"])
        for number in range(4):
            self.assertEqual(self.taken_by(one), [f"a{number}@routed.example"])
        apart = [after - before for before, after in zip(began, began[1:])]
        self.assertGreater(min(apart), 0.45, apart)

    def test_who_asks_is_told_of_the_pace(self):
        hop = self.hop()
        self.start(outbound__mode="smarthost", outbound__smarthost=f"smtp://127.0.0.1:{hop.port}",
                   outbound__messages_per_minute=1)
        self.submit("a@one.example")
        self.assertEqual(self.taken_by(hop), ["a@one.example"])
        self.server.wait_for("outbound.delivered")
        self.submit("b@two.example")
        entry, = self.queued()
        told = "no more than 1 message a minute goes to the smarthost 127.0.0.1"
        self.assertEqual((entry["state"], entry["waits"]), ("waiting", told))
        self.assertIn(told, self.server.verb("queue", "show", str(entry["id"])).stdout)
        self.server.verb("queue", "hold", "--all")
        entry, = self.queued()
        self.assertEqual((entry["state"], entry["waits"]), ("held", ""))
        self.server.verb("queue", "release", "--all")
        # Another pace holds at once.
        self.server.settings["outbound.messages_per_minute"] = 0
        self.server.stop()
        self.server.start()
        self.assertEqual(self.taken_by(hop), ["b@two.example"])

    def test_by_lmtp_each_recipient_is_answered_for(self):
        hop = self.hop(lmtp=True)
        hop.after_text = {"full@lists.example": "452 4.2.2 full"}
        self.start(f"lists.example lmtp://127.0.0.1:{hop.port}")
        self.submit("a@lists.example", "full@lists.example")
        self.assertEqual(self.taken_by(hop), ["a@lists.example"])
        self.server.wait_for("outbound.delivered")
        self.server.wait_for("outbound.deferred")
        entry, = self.queued()
        self.assertEqual(entry["to"], "full@lists.example")
        self.assertIn("4.2.2 full", entry["reply"])

    def test_with_a_password_under_tls_to_a_server_that_proves_who_it_is(self):
        hop = self.hop(certificate=self.authority.certify(HOST), users={"us": "our secret"})
        file = self.server.folder / "passwords"
        file.write_text(f"them@{HOST} nothing\nus@{HOST} our secret\n")
        self.start(f"routed.example smtp://us@{HOST}:{hop.port}", outbound__passwords_file=file)
        self.submit("a@routed.example")
        self.assertEqual(self.taken_by(hop), ["a@routed.example"])
        self.server.wait_for("outbound.delivered")
        self.server.stop()
        hop.certificate = self.authority.certify("elsewhere.example")
        self.server.start()
        self.submit("a@routed.example")
        self.server.wait_for("outbound.deferred")
        self.assertEqual(hop.taken, 1)

    def test_not_in_the_clear_where_it_is_to_be_encrypted(self):
        hop = self.hop()
        self.start(f"routed.example smtp://{HOST}:{hop.port} encrypted")
        self.submit("a@routed.example")
        self.server.wait_for("outbound.deferred")
        self.assertIn("does not begin TLS", self.queued()[0]["reply"])
        self.assertEqual(hop.taken, 0)

    def test_what_is_no_route(self):
        for settings, said in (
            ({"outbound.routes": "example.org"}, "outbound.routes"),
            ({"outbound.routes": "a.example smtp://b.example,a.example smtp://c.example"}, "has two"),
            ({"outbound.routes": "a.example smtp://us@b.example"}, "outbound.passwords_file"),
            ({"outbound.routes": "a.example lmtp://b.example"}, "no port"),
            ({"outbound.routes": "a.example smtp://b.example x/min"}, "whole number"),
        ):
            with self.subTest(settings):
                self.server.settings |= settings
                done = self.server.verb("check-config", check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(said, done.stderr)


if __name__ == "__main__":
    main()
