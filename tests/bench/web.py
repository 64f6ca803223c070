"""How fast the API and the application's files are, under wrk, beside nginx.

    python3 -B tests/bench/web.py --dist FOLDER [--messages N] [--seconds N] [--json FILE]

`./dev bench --peers` installs wrk and nginx and runs this. FOLDER is what the
web application was built into: the program has the same files in itself, nginx
serves them from there. List pages are of one mailbox, at positions all over it.
PILLARBOX names the program.
"""

import argparse
import http.client
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import pillarbox  # noqa: E402
from ports import reserved_port  # noqa: E402

CONNECTIONS = 4
POSITIONS = 200  # different list pages
PAGE = 50  # rows

# What wrk says at its end, for programs. Paths are taken in turns.
LUA = """
local paths, headers = {{ {paths} }}, {{ {headers} }}
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], headers)
end
done = function(summary, latency, requests)
  local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('{{"rate": %.1f, "p50": %.3f, "p95": %.3f, "p99": %.3f, "wrong": %d}}\\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, wrong))
end
"""


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def load(folder, port, paths, headers, seconds):
    """Requests a second, and percentiles in milliseconds."""
    script = folder / "load.lua"
    fields = ", ".join(f"[{quoted(name)}] = {quoted(value)}" for name, value in headers.items())
    script.write_text(LUA.format(paths=", ".join(map(quoted, paths)), headers=fields))
    words = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=seconds + pillarbox.PATIENCE)
    if done.returncode != 0:
        sys.exit(f"web: wrk failed: {done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def write_mbox(path, messages):
    """Mail of a few years, some of it in answer to others."""
    seconds = int(time.time()) - messages * 600
    with path.open("w") as file:
        for number in range(messages):
            when = time.gmtime(seconds + number * 600)
            answered = f"In-Reply-To: <{random.Random(number).randrange(number)}@example.net>\n" if number % 3 == 2 else ""
            file.write(f"From ada@example.net {time.asctime(when)}\nFrom: Ada {number % 97} <ada{number % 97}@example.net>\n")
            file.write(f"To: alice@example.test\nSubject: Letter {number} on the usual matters\nMessage-ID: <{number}@example.net>\n{answered}")
            file.write(f"\nThe {number}th letter has a few words, enough for a preview of it in the list.\n\n")


class Client:
    """Somebody who is signed in."""

    def __init__(self, port, address):
        self.port = port
        body = json.dumps({"address": address, "password": pillarbox.PASSWORD})
        answer, _ = self.ask("POST", "/api/v1/session", body, {"Content-Type": "application/json", "Origin": f"http://localhost:{port}"})
        self.headers = {"Host": f"localhost:{port}", "Cookie": answer.getheader("Set-Cookie").split(";")[0]}

    def ask(self, method, path, body=None, headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=pillarbox.PATIENCE)
        connection.request(method, path, body, {"Host": f"localhost:{self.port}", **dict(headers)})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 400:
            sys.exit(f"web: {method} {path} answers {answer.status}: {text.decode()}")
        return answer, text


class Nginx:
    """As Debian has it, without a log of requests; one worker for each core, as the program."""

    def __init__(self, folder, dist):
        self.port = reserved_port()
        self.folder = folder
        config = folder / "nginx.conf"
        config.write_text(
            f"worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/nginx.log; user root;\n"
            "events { worker_connections 1024; }\n"
            f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; gzip_static on; default_type text/plain;\n"
            f"types {{ text/javascript js; text/css css; text/html html; image/svg+xml svg; }}\n"
            f"server {{ listen 127.0.0.1:{self.port}; root {dist}; }} }}\n"
        )
        self.command = ["nginx", "-p", str(folder), "-c", str(config)]

    def __enter__(self):
        subprocess.run(self.command, check=True, timeout=pillarbox.PATIENCE)  # goes to the background once it listens
        return self

    def __exit__(self, *why):
        subprocess.run([*self.command, "-s", "stop"], check=True, timeout=pillarbox.PATIENCE)


def measure(options, folder):
    files = sorted(f"/assets/{path.name}" for path in (options.dist / "assets").iterdir() if path.suffix in (".js", ".css", ".svg"))
    results = {}
    with pillarbox.Server(limits__exempt="127.0.0.0/8", storage__quota="1000G") as server:
        server.add_domain()
        address = server.add_account("alice")
        mbox = folder / "alice.mbox"
        write_mbox(mbox, options.messages)
        server.verb("import", "mbox", str(mbox), "--account", address)
        server.start()
        port = server.ports["http"]
        client = Client(port, address)
        inbox = "/api/v1/mailboxes/inbox/messages"
        chosen = random.Random(1).sample(range(max(POSITIONS, options.messages - PAGE)), POSITIONS)
        pages = [f"{inbox}?limit={PAGE}&position={position}" for position in chosen]
        answer, _ = client.ask("GET", pages[0], headers=client.headers)
        fresh = client.headers | {"If-None-Match": answer.getheader("ETag")}
        files_headers = {"Host": f"localhost:{port}", "Accept-Encoding": "gzip"}
        load(folder, port, pages, client.headers, 1)  # warms up
        results["list pages"] = load(folder, port, pages, client.headers, options.seconds)
        results["unchanged (304)"] = load(folder, port, pages[:1], fresh, options.seconds)
        with Nginx(folder, options.dist) as nginx:
            rounds = []
            for _ in range(options.rounds):
                ours = load(folder, port, files, files_headers, options.seconds)
                theirs = load(folder, nginx.port, files, files_headers, options.seconds)
                rounds.append((ours["rate"] / theirs["rate"], ours, theirs))
            ratio, ours, theirs = sorted(rounds, key=lambda one: one[0])[len(rounds) // 2]
            results |= {"files": ours, "files, nginx": theirs, "files, ratio": round(ratio, 3)}
    return results


def main():
    parser = argparse.ArgumentParser(description="How fast the API and the application's files are, beside nginx.")
    parser.add_argument("--dist", type=pathlib.Path, required=True, metavar="FOLDER", help="what the web application was built into")
    parser.add_argument("--messages", type=int, default=100_000, metavar="N")
    parser.add_argument("--seconds", type=int, default=5, metavar="N", help="for each load")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="files from the program and from nginx in turns; the median counts")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results there as well")
    options = parser.parse_args()
    options.dist = options.dist.resolve()
    for tool in ("wrk", "nginx"):
        if not shutil.which(tool):
            sys.exit(f"web: {tool} is not installed; apt-get install wrk nginx-light")
    with tempfile.TemporaryDirectory(prefix="pillarbox-web-", ignore_cleanup_errors=True) as folder:
        results = measure(options, pathlib.Path(folder))
    print(f"{options.messages} messages in the mailbox, {CONNECTIONS} connections\n")
    print(f"{'':16}  {'requests/s':>10}  {'p50 ms':>8}  {'p95 ms':>8}  {'p99 ms':>8}  {'wrong':>6}")
    for name, found in results.items():
        if isinstance(found, dict):
            print(f"{name:16}  {found['rate']:>10.0f}  {found['p50']:>8.2f}  {found['p95']:>8.2f}  {found['p99']:>8.2f}  {found['wrong']:>6}")
    print(f"\nfiles: {results['files, ratio']:.2f} of nginx's rate")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    promises = {
        "list page p95 <= 20 ms": results["list pages"]["p95"] <= 20,
        "304 p95 <= 5 ms": results["unchanged (304)"]["p95"] <= 5,
        "files >= half of nginx's rate": results["files, ratio"] >= 0.5,
        "nothing wrong": all(found["wrong"] == 0 for found in results.values() if isinstance(found, dict)),
    }
    for promise, kept in promises.items():
        print(f"{'kept' if kept else 'BROKEN':7} {promise}")
    sys.exit(0 if all(promises.values()) else 1)


if __name__ == "__main__":
    main()
