"""What tests/pop3kit says about Pillarbox and, for comparison, Dovecot and Courier.

    python3 -B tests/bench/conformance.py [--courier FOLDER] [--json FILE]

`./dev bench --peers` installs what this needs and runs it as root; FOLDER is
where it has unpacked the package courier-pop. Each server
runs on loopback, from a folder of its own, with the mechanisms and the TLS that
it has; one account, whose mailbox is filled as the server likes it.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from conformance_servers import PASSWORD, Courier, Dovecot, Pillarbox

TESTS = pathlib.Path(__file__).resolve().parents[1]
LEVELS = ("MUST", "SHOULD", "optional")
VERDICTS = ("pass", "fail", "not offered", "not checked")
PATIENCE = 600  # seconds for all of the kit, with Dovecot's rests behind wrong passwords


def check(server, folder):
    """All results of the kit for a server that runs."""
    report = folder / "report.json"
    words = ["--user", server.user, "--password", PASSWORD, "--apop-secret", server.secret, *server.fill, "--json", str(report)]
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pop3kit", f"127.0.0.1:{server.port}", *words],
        capture_output=True, text=True, timeout=PATIENCE, env=os.environ | {"PYTHONPATH": str(TESTS)},
    )  # fmt: skip
    if not report.exists():
        sys.exit(f"conformance: {server.name} could not be checked: {done.stdout}{done.stderr}{server.said()}")
    return json.loads(report.read_text())["results"]


def counted(results):
    """How often each verdict was given, for each level."""
    return {
        level: {verdict: sum(result["level"] == level and result["verdict"] == verdict for result in results) for verdict in VERDICTS}
        for level in LEVELS
    }


def line(name, table):
    """One server's verdicts: of each level passed, failed, not offered and not checked."""
    return f"{name:10}" + "".join("  | {:>6} {:>6} {:>11} {:>11}".format(*table[level].values()) for level in LEVELS)


def head():
    """The two lines above."""
    titles = "".join(f"  | {level:37}" for level in LEVELS)
    return f"{'':10}{titles}\n{'':10}" + "".join("  | {:>6} {:>6} {:>11} {:>11}".format("passed", "failed", *VERDICTS[2:]) for _ in LEVELS)


def main():
    parser = argparse.ArgumentParser(description="What tests/pop3kit says about Pillarbox, Dovecot and Courier.")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results there as well")
    parser.add_argument("--courier", type=pathlib.Path, metavar="FOLDER", help="where courier-pop is unpacked; without, there is no Courier")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("conformance: Dovecot and Courier want to be started by root")
    Courier.unpacked = options.courier
    tables, failures, everything = [], [], {}
    for kind in (Pillarbox, Dovecot, *([Courier] if options.courier else [])):
        with tempfile.TemporaryDirectory(prefix="pillarbox-conformance-") as folder:
            folder = pathlib.Path(folder)
            folder.chmod(0o755)  # Dovecot and Courier read mail as another user
            with kind(folder) as server:
                results = check(server, folder)
        everything[kind.name] = results
        tables.append(line(kind.name, counted(results)))
        failed = [result["id"] for result in results if result["verdict"] == "fail" and result["level"] != "optional"]
        failures += [f"{kind.name} fails {', '.join(failed)}"] if failed else []
    print(head(), *tables, *failures, sep="\n")
    if options.json:
        options.json.write_text(json.dumps(everything, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if any(result["verdict"] == "fail" and result["level"] == "MUST" for result in everything[Pillarbox.name]) else 0


if __name__ == "__main__":
    sys.exit(main())
