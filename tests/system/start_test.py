"""Starting, refusing to start, limits of connections, and verbs beside the running server."""

import collections
import contextlib
import json
import os
import pathlib
import socket
import stat
import subprocess
import unittest
import urllib.request

from common import DOMAIN, PASSWORD, PATIENCE, PROGRAM, Server, clean_environment, letter, main, pop3, smtp



def run(server, *words, environment=None):
    """The program until it ends: for what must not start."""
    return subprocess.run(
        [PROGRAM, *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        cwd=server.folder,
        env=clean_environment() | (environment or {}),
    )


class Refusals(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)

    def serve(self, **environment):
        return run(self.server, "serve", *self.server.arguments(), environment=environment)

    def test_a_port_in_use(self):
        for name in ("smtp", "pop3s", "http"):
            with self.subTest(name), socket.create_server(("127.0.0.1", 0)) as other:
                address = f"127.0.0.1:{other.getsockname()[1]}"
                self.server.settings[f"{name}.listen"] = address
                done = self.serve()
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(address, done.stderr)
                self.server.settings[f"{name}.listen"] = "127.0.0.1:0"

    def test_an_address_that_is_not_here(self):
        self.server.settings["smtp.listen"] = "192.0.2.1:25"
        done = self.serve()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("192.0.2.1:25", done.stderr)

    def test_mistakes_in_the_file(self):
        cases = [
            ("hostname = \n", ":1"),
            ('[smtp]\nlisten = "nonsense"\n', ":2: smtp.listen"),
            ("\n\nnot_a_key = 1\n", ":3: not_a_key"),
            ('[smtp]\nmax_message_size = "lots"\n', ":2: smtp.max_message_size"),
            ('[pop3]\nmaildrop_lock = "maybe"\n', ":2: pop3.maildrop_lock"),
            ("[limits]\nconnections = -1\n", ":2: limits.connections"),
        ]
        file = self.server.folder / "mail.toml"
        for text, where in cases:
            with self.subTest(text):
                file.write_text(text)
                for verb in ("serve", "check-config"):
                    done = run(self.server, verb, "--config", str(file))
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertIn(f"mail.toml{where}", done.stderr)

    def test_mistakes_elsewhere(self):
        done = run(self.server, "serve", "--set", "nonsense=1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("nonsense", done.stderr)
        done = self.serve(PILLARBOX_SMTP_MAX_RECIPIENTS="many")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("PILLARBOX_SMTP_MAX_RECIPIENTS", done.stderr)
        done = run(self.server, "serve", "--config", "missing.toml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("missing.toml", done.stderr)
        self.assertEqual(run(self.server, "no-such-verb").returncode, 2)
        self.assertEqual(run(self.server, "account", "add").returncode, 2)

    def test_a_missing_certificate(self):
        self.server.settings["tls.certificate"] = str(self.server.folder / "none.pem")
        self.server.settings["tls.key"] = str(self.server.folder / "none.key")
        done = self.serve()
        self.assertIn(done.returncode, (1, 2))
        self.assertIn("none.pem", done.stderr)

    def test_a_data_directory_that_cannot_be(self):
        (self.server.folder / "file").write_text("")
        self.server.settings["data_dir"] = str(self.server.folder / "file" / "data")
        done = self.serve()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(str(self.server.folder / "file"), done.stderr)

    def test_two_servers_on_one_directory(self):
        self.server.add_domain().start()
        done = self.serve()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(str(self.server.data), done.stderr)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.server.stop(), 0)

    def test_faults_without_the_mode_for_them(self):
        self.server.settings["test.pop3_faults"] = "in-use"
        done = self.serve()
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("test.mode", done.stderr)
        self.server.settings["test.mode"] = "true"
        self.server.start()
        self.assertTrue(any("server.test_mode" in line for line in self.server.log), self.server.log)
        self.assertEqual(self.server.stop(), 0)

    def test_check_config(self):
        done = run(self.server, "check-config", *self.server.arguments())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(run(self.server, "version").stdout, r"\d+\.\d+")


class Directory(unittest.TestCase):
    def test_nothing_is_for_others(self):
        with Server() as server:
            before = os.umask(0)
            try:
                server.add_domain()
                server.add_account("alice")
                server.start()
            finally:
                os.umask(before)
            with smtp(server) as session:
                for size in (10, 3_000, 20_000):
                    message = letter("modes", "0123456789\r\n" * size)
                    session.sendmail("a@example.net", [f"alice@{DOMAIN}"], message)
            for path in [server.data, *server.data.rglob("*")]:
                mode = stat.S_IMODE(path.lstat().st_mode)
                self.assertEqual(mode, 0o700 if path.is_dir() else 0o600, f"{path}: {mode:o}")
            self.assertEqual(server.stop(), 0)


class Limits(unittest.TestCase):
    def open(self, stack, server, name):
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.ports[name]), timeout=PATIENCE))
        return connection, stack.enter_context(connection.makefile("rb")).readline()

    def test_connections_per_address(self):
        with Server(limits__connections_per_ip="3") as server:
            server.add_domain().start()
            for name, welcome, refusal in (("smtp", b"220 ", b"421 4.7.0"), ("pop3", b"+OK", b"-ERR [SYS/TEMP]")):
                with self.subTest(name), contextlib.ExitStack() as stack:
                    held = [self.open(stack, server, name) for _ in range(3)]
                    for _, line in held:
                        self.assertTrue(line.startswith(welcome), line)
                    extra, line = self.open(stack, server, name)
                    self.assertTrue(line.startswith(refusal), line)
                    self.assertEqual(extra.recv(100), b"")
                    # One that leaves makes room: the server is done with it
                    # when it closes, too.
                    held[0][0].sendall(b"QUIT\r\n")
                    while held[0][0].recv(4096):
                        pass
                    _, line = self.open(stack, server, name)
                    self.assertTrue(line.startswith(welcome), line)

    def test_connections_of_all(self):
        with Server(limits__connections="2", limits__exempt="127.0.0.0/8") as server:
            server.add_domain().start()
            with contextlib.ExitStack() as stack:
                lines = [self.open(stack, server, "smtp")[1] for _ in range(3)]
                self.assertEqual([line[:3] for line in lines], [b"220", b"220", b"421"])
                self.assertTrue(self.open(stack, server, "pop3")[1].startswith(b"+OK"))  # each has its own

    def test_exempt_addresses_are_not_counted(self):
        with Server(limits__connections_per_ip="1", limits__exempt="127.0.0.0/8") as server:
            server.add_domain().start()
            with contextlib.ExitStack() as stack:
                for _ in range(5):
                    self.assertTrue(self.open(stack, server, "smtp")[1].startswith(b"220"))


class Verbs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        cls.server.close()
        assert status == 0, status

    def test_beside_the_running_server(self):
        server = self.server
        server.verb("domain", "add", "verbs.test")
        self.assertIn("verbs.test", [row["name"] for row in json.loads(server.verb("domain", "list", "--json").stdout)])
        address = "bob@verbs.test"
        server.verb("account", "add", address, "--password-stdin", stdin=PASSWORD + "\n")
        server.verb("alias", "add", "sales@verbs.test", address)
        with smtp(server) as session:
            session.sendmail("a@example.net", ["sales@verbs.test"], letter("to an alias"))
        session = pop3(server, address)
        self.assertEqual(session.stat()[0], 1)
        session.quit()

        server.verb("account", "passwd", address, "--password-stdin", stdin="another good one\n")
        self.assertRaises(Exception, pop3, server, address)
        pop3(server, address, "another good one").quit()
        self.assertIn(address, [row["address"] for row in json.loads(server.verb("account", "list", "--json").stdout)])

        again = server.verb("account", "add", address, "--password-stdin", stdin="x y z 1 2 3\n", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn(address, again.stderr)
        server.verb("account", "remove", address)
        self.assertRaises(Exception, pop3, server, address, "another good one")
        gone = server.verb("account", "remove", address, check=False)
        self.assertEqual(gone.returncode, 1)

    def test_mail_gives_way_to_people(self):
        nice = collections.Counter()
        for status in pathlib.Path("/proc", str(self.server.process.pid), "task").glob("*/stat"):
            nice[int(status.read_text().rpartition(")")[2].split()[16])] += 1
        usual = os.getpriority(os.PRIO_PROCESS, 0)
        self.assertGreater(nice[min(19, usual + 5)], 0)
        self.assertGreater(nice[usual], 0)

    def test_health(self):
        self.assertEqual(self.server.verb("healthcheck", check=False).returncode, 1)  # port 0 names nobody
        for path in ("healthz", "readyz"):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.server.ports['http']}/{path}", timeout=PATIENCE) as answer:
                self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    main()
