"""How fast mail leaves, beside Postfix: a queue that is full, to a server that keeps nothing.

    python3 -B tests/bench/outbound.py [--messages N] [--rounds N] [--json FILE]

`./dev bench --peers` installs Postfix and runs this as root. Both have all of the
messages on the disk before they may send the first, send them to the same smtp-sink
on loopback, and have noted what has gone where a crash cannot undo it. The clock
runs from the first message that arrives to the last. PILLARBOX names the program.
"""

import argparse
import json
import os
import pathlib
import pwd
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import pillarbox  # noqa: E402
from ports import reserved_port  # noqa: E402

SESSIONS = 20  # that fill the queues, and at most of Postfix to the sink, as of Pillarbox to a smarthost
OCTETS = 4096  # of a message
DAEMONS = pathlib.Path("/usr/lib/postfix/sbin")
PATIENCE = 300
PROMISE = 3  # times Postfix's rate

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
relayhost = [127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtpd_tls_security_level = none
smtp_tls_security_level = none
default_process_limit = 200
default_destination_concurrency_limit = {sessions}
initial_destination_concurrency = {sessions}
smtp_connection_cache_destinations = [127.0.0.1]:{sink}
qmgr_message_active_limit = 100000
qmgr_message_recipient_limit = 100000
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
minimal_backoff_time = 1s
queue_run_delay = 1s
defer_transports = {deferred}
"""

MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Sink:
    """smtp-sink: says after each message how many it has had."""

    def __init__(self):
        self.port = reserved_port()
        self._changed = threading.Condition()
        self.count, self.first, self.last = 0, None, None
        self._process = subprocess.Popen(
            ["smtp-sink", "-c", "-u", "nobody", f"127.0.0.1:{self.port}", "1000"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        rest = b""
        while octets := os.read(self._process.stdout.fileno(), 1 << 16):
            now = time.monotonic()
            rest = (rest + octets)[-200:]
            found = re.findall(rb"mesg=(\d+) ", rest) or re.findall(rb"mesg=(\d+)\r", rest)
            if not found:
                continue
            with self._changed:
                count = int(found[-1])
                if count > 0 and self.first is None:
                    self.first, self._before = now, count
                if count > self.count:
                    self.count, self.last = count, now
                self._changed.notify_all()

    def rate(self, messages, patience=600):
        """Messages a second, once all have come."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.count >= messages, patience):
                sys.exit(f"outbound: {self.count} of {messages} messages came within {patience} s")
            return (self.count - self._before) / (self.last - self.first)

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self._process.kill()
        self._process.wait()


def fill(port, recipient, messages):
    words = ["smtp-source", "-d", "-s", str(SESSIONS), "-l", str(OCTETS), "-m", str(messages), "-f", "sender@example.net", "-t", recipient]
    subprocess.run([*words, f"127.0.0.1:{port}"], check=True, timeout=600)


def settle():
    os.sync()  # one measurement does not pay for the one before


def measure_pillarbox(messages):
    with Sink() as sink, pillarbox.Server(limits__exempt="127.0.0.0/8", verify__mode="off", junk__mode="off") as server:
        server.add_domain()
        server.verb("alias", "add", f"away@{pillarbox.DOMAIN}", "someone@elsewhere.example")
        server.start()
        fill(server.ports["smtp"], f"away@{pillarbox.DOMAIN}", messages)
        server.stop()
        server.settings |= {"outbound.mode": "smarthost", "outbound.smarthost": f"smtp://127.0.0.1:{sink.port}"}
        settle()
        server.start()
        return sink.rate(messages)


class Postfix:
    """Its master, which takes its daemons along when it ends; what it logs is heard."""

    def __init__(self, folder):
        self._heard = threading.Condition()
        self._lines = {"daemon started": 0, "status=deferred": 0}
        self._process = subprocess.Popen([DAEMONS / "master", "-c", folder / "etc", "-s"], stdin=subprocess.DEVNULL,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_for("daemon started", 1)

    def _read(self):
        for line in self._process.stdout:
            for word in self._lines:
                if word.encode() in line:
                    with self._heard:
                        self._lines[word] += 1
                        self._heard.notify_all()

    def wait_for(self, word, times):
        with self._heard:
            if not self._heard.wait_for(lambda: self._lines[word] >= times, PATIENCE):
                sys.exit(f"outbound: Postfix said {word!r} {self._lines[word]} times in {PATIENCE} s, not {times}")

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self._process.terminate()
        self._process.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)


def measure_postfix(messages, folder):
    for name in ("", "etc", "spool", "data"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", pwd.getpwnam("postfix").pw_uid)
    port = reserved_port()
    with Sink() as sink:

        def configure(deferred):
            main = MAIN.format(folder=folder, sink=sink.port, sessions=SESSIONS, deferred=deferred)
            (folder / "etc/main.cf").write_text(main)

        configure("smtp")
        (folder / "etc/master.cf").write_text(MASTER.format(port=port))
        subprocess.run(["postfix", "-c", folder / "etc", "check"], check=True, capture_output=True)
        with Postfix(folder) as postfix:
            fill(port, "someone@elsewhere.example", messages)
            postfix.wait_for("status=deferred", messages)
        configure("")
        settle()
        with Postfix(folder):
            return sink.rate(messages)


def main():
    parser = argparse.ArgumentParser(description="How fast mail leaves, beside Postfix.")
    parser.add_argument("--messages", type=int, default=10_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="both in turns; the median counts")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results there as well")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("outbound: Postfix wants to be started by root")
    for tool in ("postfix", "smtp-sink", "smtp-source"):
        if not shutil.which(tool):
            sys.exit(f"outbound: {tool} is not installed; apt-get install postfix")
    rounds = []
    with tempfile.TemporaryDirectory(prefix="pillarbox-outbound-", ignore_cleanup_errors=True) as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)  # Postfix works as other users in it
        for number in range(options.rounds):
            ours = measure_pillarbox(options.messages)
            theirs = measure_postfix(options.messages, folder / f"postfix{number}")
            rounds.append({"ours": round(ours), "postfix": round(theirs), "ratio": round(ours / theirs, 2)})
            print(f"round {number + 1}: Pillarbox {ours:.0f}/s, Postfix {theirs:.0f}/s, {ours / theirs:.1f} times as many", flush=True)
    ratio = statistics.median(one["ratio"] for one in rounds)
    if options.json:
        options.json.write_text(json.dumps({"messages": options.messages, "rounds": rounds, "ratio": ratio}, indent=2) + "\n")
    print(f"{'kept' if ratio >= PROMISE else 'BROKEN':7} deliveries a second >= {PROMISE} times Postfix's: {ratio:.1f}")
    sys.exit(0 if ratio >= PROMISE else 1)


if __name__ == "__main__":
    main()
