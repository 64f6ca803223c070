"""DANE, with nsd(8) as the authority for a zone that ldns-signzone(1) has signed."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import unittest

from common import PASSWORD, PATIENCE, Server, letter, main, smtp
from authority import Authority, public_key_digest
from next_hop import NextHop
from ports import reserved_port

ZONE = "secure.example"
MX = f"mx.{ZONE}"
TOOLS = ("nsd", "ldns-keygen", "ldns-signzone")
PATHS = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def tool(name):
    return shutil.which(name, path=PATHS)


class Nsd:
    """Serves one signed zone; `anchor` is a file with its key."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None
        self.port = reserved_port()
        self.key = self.make("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", ZONE).strip()
        self.anchor = self.folder / f"{self.key}.key"

    def make(self, *words):
        return subprocess.run([tool(words[0]), *words[1:]], cwd=self.folder, check=True, capture_output=True, text=True,
                              timeout=PATIENCE).stdout

    def serve(self, *records, forge=()):
        """The zone with those records; each (old, new) of `forge` is changed behind the signatures."""
        self.stop()
        zone = self.folder / "zone"
        zone.write_text("\n".join([
            f"{ZONE}. 60 IN SOA ns.{ZONE}. root.{ZONE}. 1 3600 600 86400 60", f"{ZONE}. 60 IN NS ns.{ZONE}.",
            f"ns.{ZONE}. 60 IN A 127.0.0.1", f"{ZONE}. 60 IN MX 10 {MX}.", f"{MX}. 60 IN A 127.0.0.1", *records, ""]))
        self.make("ldns-signzone", "-o", ZONE, "-f", "signed", "zone", self.key)
        signed = (self.folder / "signed").read_text()
        for old, new in forge:
            assert old in signed, signed
            signed = signed.replace(old, new)
        (self.folder / "signed").write_text(signed)
        (self.folder / "nsd.conf").write_text(f"""
server:
  ip-address: 127.0.0.1@{self.port}
  username: ""
  chroot: ""
  zonesdir: "{self.folder}"
  pidfile: "{self.folder}/nsd.pid"
  xfrdfile: "{self.folder}/xfrd.state"
  zonelistfile: "{self.folder}/zone.list"
  xfrdir: "{self.folder}"
  database: ""
  logfile: "{self.folder}/nsd.log"
remote-control:
  control-enable: no
zone:
  name: {ZONE}
  zonefile: signed
""")
        self.process = subprocess.Popen([tool("nsd"), "-d", "-c", self.folder / "nsd.conf"], stderr=subprocess.DEVNULL)
        self.wait()

    def wait(self):
        """Until it answers: it listens before that, and says nothing of it."""
        end = time.monotonic() + PATIENCE
        question = b"\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06secure\x07example\x00\x00\x06\x00\x01"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            while time.monotonic() < end:
                with contextlib.suppress(OSError):
                    client.sendto(question, ("127.0.0.1", self.port))
                    if client.recv(512)[3] & 15 == 0:
                        return
        raise AssertionError("nsd does not answer: " + (self.folder / "nsd.log").read_text())

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=PATIENCE)
            self.process = None


@unittest.skipUnless(all(map(tool, TOOLS)), f"needs {', '.join(TOOLS)}")
class Dane(unittest.TestCase):
    def setUp(self):
        self.server = Server().add_domain()
        self.addCleanup(self.server.close)
        self.nsd = Nsd(self.server.folder)
        self.addCleanup(self.nsd.stop)
        self.authority = Authority(self.server.folder)
        self.certificate = self.authority.certify(MX)
        self.hop = NextHop(certificate=self.certificate)
        self.addCleanup(self.hop.close)
        self.server.settings |= {
            "outbound.mode": "direct", "outbound.port": self.hop.port, "dns.servers": f"127.0.0.1:{self.nsd.port}",
            "dns.trust_anchor": str(self.nsd.anchor), "outbound.mta_sts": "false",
        }
        self.alice = self.server.add_account("alice")

    def tlsa(self, *fields):
        return f"_{self.hop.port}._tcp.{MX}. 60 IN TLSA {' '.join(map(str, fields))}"

    def good(self):
        return self.tlsa(3, 1, 1, public_key_digest(self.certificate[0]))

    def send(self, header=b""):
        self.server.start()
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            client.sendmail(self.alice, [f"bob@{ZONE}"], header + letter("outside", sender=self.alice))
        self.server.verb("queue", "retry", "--all")  # the destination may rest

    def expect_delivered(self, *records, **options):
        self.nsd.serve(*records, **options)
        self.send()
        self.hop.messages.get(timeout=PATIENCE)
        self.server.wait_for("outbound.delivered")
        self.assertEqual(self.server.stop(), 0)

    def expect_deferred(self, *records, saying, **options):
        taken = self.hop.taken
        self.nsd.serve(*records, **options)
        self.send()
        self.server.wait_for("outbound.deferred")
        entry, = json.loads(self.server.verb("queue", "list", "--json").stdout)
        self.assertIn(saying, entry["reply"])
        self.assertEqual(self.hop.taken, taken)
        self.assertEqual(self.server.stop(), 0)
        self.server.verb("queue", "drop", str(entry["id"]))

    def test_a_server_that_its_record_vouches_for(self):
        self.expect_delivered(self.good())
        self.expect_delivered(self.tlsa(3, 1, 1, "00" * 32), self.good())  # one of them is enough

    def test_a_server_that_its_record_does_not_vouch_for(self):
        self.expect_deferred(self.tlsa(3, 1, 1, "00" * 32), saying=f"did not prove to be {MX}, which the TLSA record")

    def test_a_server_whose_authority_is_vouched_for(self):
        anchor = self.tlsa(2, 1, 1, public_key_digest(self.authority.file))
        with open(self.certificate[0], "a") as chain:
            chain.write(self.authority.file.read_text())  # it must be shown, for it is not in DNS
        self.expect_delivered(anchor)
        other = self.authority.certify("other.example")
        pathlib.Path(other[0]).write_text(pathlib.Path(other[0]).read_text() + self.authority.file.read_text())
        self.hop.certificate = other
        self.expect_deferred(anchor, saying="did not prove")

    def test_nothing_in_the_clear_where_there_is_a_record(self):
        self.hop.certificate = None
        self.expect_deferred(self.good(), saying="does not begin TLS")
        # Not even where no record is of a kind that counts: then TLS with whoever it is.
        useless = self.tlsa(0, 1, 1, "00" * 32)
        self.expect_deferred(useless, saying="does not begin TLS")
        self.hop.certificate = self.certificate
        self.expect_delivered(useless)

    def test_in_the_clear_where_there_is_none(self):
        self.hop.certificate = None
        self.expect_delivered()

    def test_forged_answers(self):
        record = self.good()
        digest = record.split()[-1]
        self.expect_deferred(record, forge=[(digest, "11" * 32)], saying="DNSSEC")
        self.expect_deferred(record, forge=[("\tA\t127.0.0.1", "\tA\t127.0.0.2")], saying="DNSSEC")

    def test_not_where_it_is_turned_off(self):
        self.server.settings["outbound.dane"] = "false"
        self.expect_delivered(self.tlsa(3, 1, 1, "00" * 32))

    def test_not_where_its_sender_would_rather_have_it_delivered(self):
        self.nsd.serve(self.tlsa(3, 1, 1, "00" * 32))
        self.send(b"TLS-Required: No\r\n")
        self.hop.messages.get(timeout=PATIENCE)
        self.server.wait_for("outbound.delivered")


if __name__ == "__main__":
    main()
