"""What a queue of a million messages costs: memory, and how fast mail leaves it, beside one of a few thousand.

    python3 -B tests/bench/long_queue.py [--messages N] [--json FILE]

`./dev bench --full --peers` runs it. An alias that leads to 100 addresses, each at a
domain of its own, fills the queue; then all of it goes to one smtp-sink on loopback
for as long as it takes the first thousands to arrive. PILLARBOX names the program.
"""

import argparse
import contextlib
import json
import pathlib
import re
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import pillarbox  # noqa: E402
from outbound import Sink, fill, settle  # noqa: E402

FEW = 5_000
TARGETS = 100  # addresses behind the alias
COUNTED = 5_000  # messages that leave while it is looked at
MOST_MEMORY = 32  # MiB above that of a short queue
LEAST_RATE = 0.25  # of that of a short queue: its pages are no longer at hand, but nobody looks through it


def memory(server, field):
    """In MiB."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) / 1024


def measure(messages):
    with Sink() as sink, pillarbox.Server(limits__exempt="127.0.0.0/8", storage__quota="1000G") as server:
        server.add_domain()
        alias = f"everybody@{pillarbox.DOMAIN}"
        server.verb("alias", "add", alias, *[f"someone@d{number}.example" for number in range(TARGETS)])
        server.start()
        fill(server.ports["smtp"], alias, messages // TARGETS)
        filled = memory(server, "VmHWM")
        server.stop()
        with contextlib.closing(sqlite3.connect(server.data / "mail.db")) as database:
            queued = database.execute("SELECT count(*) FROM queue").fetchone()[0]
        if queued != messages // TARGETS * TARGETS:
            sys.exit(f"long_queue: {queued} are queued, of {messages}")
        server.settings |= {"outbound.mode": "smarthost", "outbound.smarthost": f"smtp://127.0.0.1:{sink.port}"}
        settle()
        server.start()
        rate = sink.rate(COUNTED // TARGETS)
        return {"messages": queued, "memory while it fills": filled, "memory while it leaves": memory(server, "VmHWM"), "rate": rate * TARGETS}


def main():
    parser = argparse.ArgumentParser(description="What a queue of a million messages costs.")
    parser.add_argument("--messages", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results there as well")
    options = parser.parse_args()
    few, many = measure(FEW), measure(options.messages)
    for found in (few, many):
        print(f"{found['messages']:8} queued: {found['memory while it fills']:6.1f} MiB while it fills, "
              f"{found['memory while it leaves']:6.1f} MiB while it leaves, {found['rate']:8.0f} recipients/s")  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps({"few": few, "many": many}, indent=2) + "\n")
    above = max(many[name] - few[name] for name in ("memory while it fills", "memory while it leaves"))
    promises = {
        f"memory above that of a short queue <= {MOST_MEMORY} MiB": above <= MOST_MEMORY,
        f"recipients a second >= {LEAST_RATE} of a short queue's": many["rate"] >= LEAST_RATE * few["rate"],
    }
    for promise, kept in promises.items():
        print(f"{'kept' if kept else 'BROKEN':7} {promise}")
    sys.exit(0 if all(promises.values()) else 1)


if __name__ == "__main__":
    main()
