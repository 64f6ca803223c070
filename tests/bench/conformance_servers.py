"""Servers to run the kit against, each in a folder of its own, gone at the end of a `with`."""

import pathlib
import poplib
import pwd
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import pillarbox  # noqa: E402
from pillarbox import PATIENCE  # noqa: E402
from ports import reserved_port  # noqa: E402

PASSWORD = "secret"
BETWEEN_LOOKS = 0.2  # seconds


def certificate(folder):
    """A new certificate and its key, in one file."""
    key, file = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2", "-keyout", key, "-out", file],
        check=True, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    file.write_bytes(key.read_bytes() + file.read_bytes())
    file.chmod(0o600)
    return file


class Maildir:
    """A user's home with a Maildir, which belongs to nobody."""

    def __init__(self, home):
        self.home, self.owner = home, pwd.getpwnam("nobody")
        self.path = home / "Maildir"
        for name in ("cur", "new", "tmp"):
            (self.path / name).mkdir(parents=True)
        for path in (home, self.path, *self.path.iterdir()):
            self.give(path)
        deliver = f"n=$(cat /proc/sys/kernel/random/uuid) && cat > '{self.path}'/tmp/$n"
        self.fill = ("--load", f"{deliver} && chown nobody '{self.path}'/tmp/$n && mv '{self.path}'/tmp/$n '{self.path}'/new/")

    def give(self, path):
        shutil.chown(path, self.owner.pw_uid, self.owner.pw_gid)


class Pillarbox:
    """The program that PILLARBOX names."""

    name = "Pillarbox"

    def __init__(self, folder):
        self._server = pillarbox.Server(limits__exempt="127.0.0.0/8").add_domain()

    def __enter__(self):
        self._server.__enter__()
        self.user = self._server.add_account("alice", PASSWORD)
        words = ("account", "app-password", "add", self.user, "kit", "--apop")
        self.secret = self._server.verb(*words).stdout.split()[-1]
        self._server.start()
        self.port = self._server.ports["pop3"]
        self.fill = ("--deliver", f"127.0.0.1:{self._server.ports['smtp']}", "--from", "someone@example.net")
        return self

    def __exit__(self, *why):
        self._server.__exit__(*why)

    def said(self):
        return self._server.tail()


class Program:
    """A server in the foreground, which says on standard error when it serves."""

    user, secret = "alice", PASSWORD
    ready = ""  # what it says then

    def __init__(self, folder):
        self.folder, self.port = folder, reserved_port()
        self.mail = Maildir(folder / "alice")
        self.fill = self.mail.fill
        self._log = []

    def __enter__(self):
        self._process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        serving = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(serving,))
        self._reader.start()
        if not serving.wait(PATIENCE) or self._process.poll() is not None:
            self.__exit__()
            raise SystemExit(f"conformance: {self.name} does not start: {self.said()}")
        return self

    def _read(self, serving):
        for line in self._process.stderr:
            self._log.append(line)
            if self.ready in line:
                serving.set()
        serving.set()

    def __exit__(self, *why):
        self.end()
        self._process.wait(PATIENCE)
        self._reader.join()
        self._process.stderr.close()

    def end(self):
        self._process.terminate()

    def said(self):
        return "".join(self._log[-20:])


class Dovecot(Program):
    """Dovecot's POP3, with every mechanism that it has for a password, and STLS."""

    name, ready = "Dovecot", "starting up"

    def command(self):
        owner = self.mail.owner
        secured = certificate(self.folder)
        configuration = self.folder / "dovecot.conf"
        configuration.write_text(f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = /dev/stderr
protocols = pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{secured}
ssl_key = <{secured}
disable_plaintext_auth = no
auth_mechanisms = plain login apop cram-md5
auth_failure_delay = 0
first_valid_uid = 1
mail_max_userip_connections = 0
mail_location = maildir:{self.mail.path}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={self.mail.home}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
""")
        return ["dovecot", "-F", "-c", str(configuration)]


class Courier(Program):
    """Courier's POP3, with every mechanism that it has for a password, and STLS.

    Its files have fixed places, and its package does not go with Dovecot's: it
    runs from `unpacked`, and sees a configuration of its own there, in
    namespaces that end with it.
    """

    name, ready = "Courier", "Installation complete"
    unpacked = None

    def command(self):
        for name in ("etc", "run/authdaemon"):
            (self.folder / name).mkdir(parents=True)
        self._write("authdaemonrc", 'authmodulelist="authuserdb"\ndaemons=5\nauthdaemonvar=/run/courier/authdaemon\n')
        fields = {"uid": self.mail.owner.pw_uid, "gid": self.mail.owner.pw_gid, "home": self.mail.home, "mail": self.mail.path}
        hashes = {"systempw": "-md5", "hmac-md5pw": "-hmac-md5", "hmac-sha1pw": "-hmac-sha1", "hmac-sha256pw": "-hmac-sha256"}
        for field, kind in hashes.items():
            made = subprocess.run(["userdbpw", kind], input=PASSWORD + "\n", capture_output=True, text=True, check=True, timeout=PATIENCE)
            fields[field] = made.stdout.strip()
        self._write("userdb", f"{self.user}\t" + "|".join(f"{field}={value}" for field, value in fields.items()) + "\n")
        programs = self.unpacked.resolve() / "usr/lib/courier/courier"
        secured = certificate(self.folder)
        shutil.chown(secured, "courier")  # as whom it has TLS made
        start = f"""
            mkdir -p /run/courier && mount --bind '{self.folder}/etc' /etc/courier && mount --bind '{self.folder}/run' /run/courier
            makeuserdb
            set -a
            . /etc/courier/authdaemonrc
            /usr/lib/courier/courier-authlib/authdaemond &
            POP3AUTH='PLAIN LOGIN CRAM-MD5 CRAM-SHA1 CRAM-SHA256' POP3AUTH_TLS='PLAIN LOGIN' MIME_UNICODE_MESSAGE_TYPE=message/global
            POP3_STARTTLS=YES COURIERTLS=/usr/bin/couriertls TLS_CERTFILE='{secured}' TLS_VERIFYPEER=NONE
            couriertcpd -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup {self.port} \\
                '{programs}'/courierpop3login '{programs}'/courierpop3d Maildir
        """
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-e", "-c", start]

    def end(self):
        self._process.kill()  # the namespaces end with it, and all in them

    def _write(self, name, text):
        path = self.folder / "etc" / name
        path.write_text(text)
        path.chmod(0o600)

    def __enter__(self):
        super().__enter__()
        # It does not say when it listens; one has to look.
        end = time.monotonic() + PATIENCE
        pause = threading.Event()
        while not self._answers():
            if time.monotonic() > end:
                self.__exit__()
                raise SystemExit(f"conformance: {self.name} does not answer: {self.said()}")
            pause.wait(BETWEEN_LOOKS)
        return self

    def _answers(self):
        try:
            session = poplib.POP3("127.0.0.1", self.port, timeout=PATIENCE)
            session.user(self.user)
            session.pass_(PASSWORD)
            session.quit()
        except (OSError, poplib.error_proto):
            return False
        return True
