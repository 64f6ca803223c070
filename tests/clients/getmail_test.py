"""getmail fetches for a delivery program, in the clear and with TLS."""

from common import PASSWORD, ClientTest, main, needs
from fetching import Fetching, fingerprint


@needs("getmail")
class Getmail(Fetching, ClientTest):
    securities = ("none", "implicit")  # it has no STLS
    refused = 127

    def fetch(self, security="none", keep=False, password=PASSWORD, status=0):
        over = {
            "none": ["type = SimplePOP3Retriever", f"port = {self.port('pop3')}"],
            "implicit": [
                "type = SimplePOP3SSLRetriever",
                f"port = {self.port('pop3s')}",
                f"ssl_fingerprints = ('{fingerprint()}',)",
            ],
        }
        lines = ["[retriever]", *over[security], "server = 127.0.0.1", f"username = {self.address}", f"password = {password}"]
        lines += ["[destination]", "type = MDA_external", f"path = {self.keeper()}", "allow_root_commands = true"]
        lines += ["[options]", f"delete = {not keep}", "read_all = false", "delivered_to = false", "received = false"]
        path = self.file("getmailrc", "\n".join(lines) + "\n")
        self.run_client("getmail", f"--getmaildir={self.folder}", f"--rcfile={path}", status=status)

    def keeper(self):
        """Ends only while getmail waits for it: of what ended before, it never hears, and goes on waiting."""
        path = super().keeper()
        with open(path, "a") as script:
            script.write('until grep -q "^State:.S" "/proc/$PPID/status"; do :; done\n')
        return path

    def take(self):
        return self.taken(self.folder / "got")


if __name__ == "__main__":
    main()
