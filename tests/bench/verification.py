"""What it costs to find out whom mail is from: the same messages taken with SPF, DKIM, DMARC and junk judged, and without.

    python3 -B tests/bench/verification.py [--messages N] [--rounds N] [--json FILE]

`./dev bench --peers` installs smtp-source, which comes with Postfix, and runs this.
Each message is of 10 KiB, signed by another Pillarbox with RSA-2048 and Ed25519, with
RSA alone, or not; it passes DMARC and is on the disk when it is answered. What DNS says is
remembered after the first. Both servers run all the time and are loaded in turns;
the CPU is that of the whole process. PILLARBOX names the program.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import pillarbox  # noqa: E402
from next_hop import NextHop  # noqa: E402
from small_dns import SmallDns  # noqa: E402

SESSIONS = 50
OCTETS = 10 * 1024
MOST_CPU = 1.0  # ms a message
LEAST_RATE = 0.85  # of that without, of mail that is not signed: to check a signature alone takes a sixth or more of a message
SENDER = "sender.example"
TICK = os.sysconf("SC_CLK_TCK")


def signed_message():
    """As it goes over the line, and the zone of those who sent it."""
    hop = NextHop()
    with pillarbox.Server(outbound__mode="smarthost", outbound__smarthost=f"smtp://127.0.0.1:{hop.port}") as server:
        server.add_domain(SENDER)
        author = f"alice@{SENDER}"
        server.verb("account", "add", author, "--password-stdin", stdin=pillarbox.PASSWORD + "\n")
        server.start()
        lines = "".join(f"line {number:4} of a letter that has enough of them to be measured with\r\n" for number in range(OCTETS // 67))
        text = pillarbox.letter("measured", lines, sender=author)
        with smtplib.SMTP("127.0.0.1", server.ports["submission"]) as client:
            client.login(author, pillarbox.PASSWORD)
            client.sendmail(author, ["bob@elsewhere.example"], text)
        message = hop.messages.get(timeout=pillarbox.PATIENCE)[2]
        records = json.loads(server.verb("dns", SENDER, "--json").stdout)
    hop.close()
    zone = {(record["name"].rstrip("."), "TXT"): [record["value"]] for record in records if "_domainkey" in record["name"]}
    zone[SENDER, "TXT"] = ["v=spf1 mx a:mx.sender.example -all"]
    zone[SENDER, "MX"] = [(10, "mx.sender.example")]
    zone["mx.sender.example", "A"] = ["127.0.0.1"]
    zone[f"_dmarc.{SENDER}", "TXT"] = ["v=DMARC1; p=reject"]
    return message, zone


def without(message, algorithms):
    """The message less its signatures of some kinds."""
    head, body = message.split(b"\r\n\r\n", 1)
    fields = re.split(rb"\r\n(?![ \t])", head)
    kept = [field for field in fields if not (field.lower().startswith(b"dkim-signature:") and any(one in field for one in algorithms))]
    return b"\r\n".join(kept) + b"\r\n\r\n" + body


class Taking:
    """A server that takes them."""

    def __init__(self, **settings):
        self.server = pillarbox.Server(limits__exempt="", limits__connections_per_ip="1000", smtp__connections_per_minute="0",
                                       smtp__messages_per_hour="0", storage__quota="1000G", storage__search="false", **settings)  # fmt: skip
        self.server.add_domain()
        self.alice = self.server.add_account("alice")
        self.server.start()

    def used(self):
        """Seconds of CPU so far."""
        fields = pathlib.Path(f"/proc/{self.server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def load(self, file, messages):
        """How many a second, and ms of CPU for each."""
        words = ["smtp-source", "-d", "-s", str(SESSIONS), "-m", str(messages), "-f", f"alice@{SENDER}", "-M", "mx.sender.example"]
        os.sync()
        used, began = self.used(), time.monotonic()
        subprocess.run([*words, "-t", self.alice, "-F", file, f"127.0.0.1:{self.server.ports['smtp']}"], check=True, timeout=600)
        seconds = time.monotonic() - began
        return messages / seconds, (self.used() - used) * 1000 / messages


def compare(file, on, off, options):
    """In turns."""
    for one in (on, off):
        one.load(file, options.messages // 10)  # warms up
    pairs = [(on.load(file, options.messages), off.load(file, options.messages)) for _ in range(options.rounds)]
    return {
        "rate": statistics.median(rate for (rate, _), _ in pairs),
        "rate without": statistics.median(rate for _, (rate, _) in pairs),
        "ratio": statistics.median(ours / plain for (ours, _), (plain, _) in pairs),
        "cpu": statistics.median(cpu - plain for (_, cpu), (_, plain) in pairs),
    }


def measure(options, folder):
    message, zone = signed_message()
    kinds = {"RSA and Ed25519": message, "RSA": without(message, [b"a=ed25519"]), "not signed": without(message, [b"a="])}
    dns = SmallDns(zone)
    asks = {"dns__servers": f"127.0.0.1:{dns.port}", "verify__except": ""}
    on, off = Taking(**asks), Taking(verify__mode="off", junk__mode="off", **asks)
    results = {}
    try:
        for kind, text in kinds.items():
            file = folder / "message"
            file.write_bytes(text.replace(b"\r\n", b"\n"))
            on.load(file, 1)
            said = on.server.wait_for("dkim=none" if kind == "not signed" else "dkim=pass")
            if "spf=pass" not in said or "dmarc=pass" not in said:
                sys.exit(f"verification: {kind}: it does not pass: {said}")
            results[kind] = compare(file, on, off, options)
    finally:
        on.server.close()
        off.server.close()
        dns.close()
    return results


def main():
    parser = argparse.ArgumentParser(description="What it costs to find out whom mail is from.")
    parser.add_argument("--messages", type=int, default=4000, metavar="N", help="for each load; at most 4000, for a session may bring 100")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="both in turns; the median counts")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results there as well")
    options = parser.parse_args()
    if not shutil.which("smtp-source"):
        sys.exit("verification: smtp-source is not installed; apt-get install postfix")
    with tempfile.TemporaryDirectory(prefix="pillarbox-verification-") as folder:
        results = measure(options, pathlib.Path(folder))
    print(f"{'signed with':16}  {'taken/s':>8}  {'without':>8}  {'ratio':>6}  {'ms CPU of verification':>22}")
    for kind, found in results.items():
        print(f"{kind:16}  {found['rate']:8.0f}  {found['rate without']:8.0f}  {found['ratio']:6.2f}  {found['cpu']:22.2f}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    promises = {f"SPF, DKIM, DMARC and junk <= {MOST_CPU:.0f} ms CPU a message": all(found["cpu"] <= MOST_CPU for found in results.values())}
    promises[f"what is not signed is taken at >= {LEAST_RATE} of the rate without"] = results["not signed"]["ratio"] >= LEAST_RATE
    for promise, kept in promises.items():
        print(f"{'kept' if kept else 'BROKEN':7} {promise}")
    sys.exit(0 if all(promises.values()) else 1)


if __name__ == "__main__":
    main()
