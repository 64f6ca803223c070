"""Runs the real program for tests: on free loopback ports, in a folder of its own.

Waiting is for events: for the line `ready`, for a log line, for the process
to end. Standard library only.
"""

import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = os.environ.get("PILLARBOX", "pillarbox")
DOMAIN = "example.test"
HOST = "mail.example.test"
PASSWORD = "correct horse battery"
SLOW = int(os.environ.get("PILLARBOX_SLOW", "1"))  # how much slower a sanitizer makes the program
PATIENCE = 60 * SLOW  # seconds until something that must happen counts as missing

LISTENERS = ("smtp", "submission", "submissions", "pop3", "pop3s", "http", "https")


class Server:
    """A data directory, and the program that serves it while started.

    `settings` are keys and values for --set; every listener has a free port of
    127.0.0.1 unless they say otherwise.
    """

    def __init__(self, **settings):
        self._folder = tempfile.TemporaryDirectory(prefix="pillarbox-test-")
        self.folder = pathlib.Path(self._folder.name)
        self.data = self.folder / "data"
        self.settings = {"data_dir": str(self.data), "hostname": HOST, "metrics.listen": "", "outbound.mode": "hold"}
        self.settings |= {f"{name}.listen": "127.0.0.1:0" for name in LISTENERS}
        self.settings |= {key.replace("__", "."): value for key, value in settings.items()}
        self.config_file = None
        self.process = None
        self.ports = {}
        self.log = []

    # ---- verbs ---------------------------------------------------------------

    def arguments(self):
        sets = [part for key, value in self.settings.items() for part in ("--set", f"{key}={value}")]
        config = ["--config", str(self.config_file)] if self.config_file else []
        return config + sets

    def verb(self, *words, stdin="", check=True):
        """Runs a verb to its end; a CompletedProcess with text in stdout and stderr."""
        done = subprocess.run(
            [PROGRAM, *words, *self.arguments()],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=self.folder,
            env=clean_environment(),
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{words}: exit status {done.returncode}: {done.stderr}")
        return done

    def add_domain(self, name=DOMAIN):
        self.verb("domain", "add", name)
        return self

    def add_account(self, name, password=PASSWORD):
        address = f"{name}@{DOMAIN}"
        self.verb("account", "add", address, "--password-stdin", stdin=password + "\n")
        return address

    # ---- the process ---------------------------------------------------------

    def start(self, patience=PATIENCE):
        with open(self.folder / "printed", "w") as printed:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", *self.arguments()],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                cwd=self.folder,
                env=clean_environment(),
            )
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process, self._lines), daemon=True)
        self._reader.start()
        ready = self.wait_for(" ready ", patience)
        self.ports = {name: int(port) for name, port in re.findall(r"(\w+)=\S*:(\d+)(?=[, ]|$)", ready)}
        return self

    def _read(self, process, lines):
        for line in process.stderr:
            self.log.append(line.rstrip("\n"))
            lines.put(line.rstrip("\n"))
        lines.put(None)

    def wait_for(self, text, patience=PATIENCE):
        """The next log line with `text` in it; lines before are passed over."""
        end = time.monotonic() + patience
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {text!r} within {patience} s\n" + self.tail()) from None
            if line is None:
                raise AssertionError(f"the server ended without {text!r}\n" + self.tail())
            if text in line:
                return line

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """SIGTERM, and the exit status."""
        self.signal(signal.SIGTERM)
        return self.ended()

    def kill(self):
        self.process.kill()
        return self.ended()

    def ended(self, patience=PATIENCE):
        status = self.process.wait(timeout=patience)
        self._reader.join(timeout=patience)
        self.process.stderr.close()
        self.process = None
        return status

    def printed(self):
        """What it has shown on its standard output."""
        return (self.folder / "printed").read_text()

    def tail(self):
        return "\n".join(self.log[-20:])

    def close(self):
        if self.process is not None:
            self.kill()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def clean_environment():
    """Ours, without what would change the program's settings or its clients' homes."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PILLARBOX_")}
    return kept | {"LC_ALL": "C.UTF-8"}


def letter(subject, body="Hello.\r\n", sender="someone@example.net", to=f"alice@{DOMAIN}", extra=""):
    """A message as octets, with CRLF, that nobody needs to complete."""
    token = re.sub(r"[^a-z0-9]", "", subject.lower()) or "x"
    text = (
        f"From: Someone <{sender}>\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Date: Tue, 25 Nov 2025 17:22:01 +0000\r\nMessage-ID: <{token}@example.net>\r\n{extra}\r\n{body}"
    )
    return text.encode("utf-8", "surrogateescape")


TRACE = (b"return-path:", b"delivered-to:", b"received:")


def split_trace(message):
    """The trace fields that a delivered message has on top, and what was sent."""
    end = 0
    lines = message.splitlines(keepends=True)
    for at, line in enumerate(lines):
        if line.lower().startswith(TRACE) or (at > 0 and line[:1] in b" \t" and line.strip()):
            end += len(line)
        else:
            break
    return message[:end], message[end:]


# ---- results: one line a test, and a sum ------------------------------------------


class _Result(unittest.TestResult):
    def _say(self, verdict, test, detail=""):
        print(f"{verdict:7} {test.id().split('.', 1)[-1]}{detail}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed = getattr(self, "passed", 0) + 1
        self._say("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._say("FAILED", test, "\n" + self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self._say("FAILED", test, "\n" + self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._say("skipped", test, f": {reason}")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._say("FAILED", subtest, "\n" + (self.failures + self.errors)[-1][1])


def main(module="__main__"):
    """Runs the tests of `module` that the command line names, or all."""
    if shutil.which(PROGRAM) is None:
        sys.exit(f"no program '{PROGRAM}': say in PILLARBOX where it is, build/release/pillarbox for example")
    loader = unittest.TestLoader()
    names = sys.argv[1:] or None
    suite = loader.loadTestsFromNames(names, sys.modules[module]) if names else loader.loadTestsFromModule(sys.modules[module])
    result = _Result()
    suite.run(result)
    failed = len(result.failures) + len(result.errors)
    passed = getattr(result, "passed", 0)
    print(f"{passed} passed, {failed} failed, {len(result.skipped)} skipped")
    sys.exit(1 if failed or passed == 0 else 0)
