"""A certificate authority of a test's own, made with openssl(1)."""

import pathlib
import subprocess

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
RSA = ("-newkey", "rsa:2048", "-nodes")


def openssl(*words, **options):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=60, **options).stdout


class Authority:
    """`file` has its own certificate."""

    def __init__(self, folder, name="authority"):
        self.folder = pathlib.Path(folder)
        self.file = self.folder / f"{name}.pem"
        self.key = self.folder / f"{name}.key"
        openssl("req", "-x509", *KEY, "-days", "2", "-subj", f"/CN={name}", "-out", self.file, "-keyout", self.key)

    def certify(self, host, *options, key=KEY):
        """A certificate for `host`, and its key: two files."""
        out = [self.folder / f"{host}.pem", self.folder / f"{host}.key"]
        openssl("req", "-x509", *key, "-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
                "-addext", "basicConstraints=critical,CA:false", "-CA", self.file, "-CAkey", self.key,
                "-out", out[0], "-keyout", out[1], *options)
        return [str(file) for file in out]


def public_key_digest(certificate):
    """SHA-256 of its SubjectPublicKeyInfo, in hexadecimal: what TLSA 3 1 1 has."""
    key = openssl("x509", "-in", certificate, "-pubkey", "-noout")
    return openssl("dgst", "-sha256", "-hex", input=openssl("pkey", "-pubin", "-outform", "DER", input=key)).split()[-1].decode()
