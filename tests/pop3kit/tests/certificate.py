"""A certificate for the small server, and the TLS contexts that use it."""

import pathlib
import ssl
import subprocess
import tempfile
import warnings


def contexts():
    """A context as it should be; one that begins with TLS 1.0; one that ends with TLS 1.1."""
    with tempfile.TemporaryDirectory(prefix="pop3kit-") as folder:
        file = pathlib.Path(folder) / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
             "-keyout", file, "-out", file.with_suffix(".crt")],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        made = []
        for _ in range(3):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file.with_suffix(".crt"), file)
            made.append(context)
    right, old, oldest = made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # being too old is their purpose
        for context in (old, oldest):
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
        oldest.maximum_version = ssl.TLSVersion.TLSv1_1
    return right, old, oldest
