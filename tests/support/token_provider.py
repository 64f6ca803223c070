"""A provider of bearer tokens: JWTs of its own keys."""

import base64
import json
import subprocess
import time

from pillarbox import DOMAIN

ISSUER = "https://login.example.test"
AUDIENCE = "pillarbox"
ALICE = f"alice@{DOMAIN}"


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Provider:
    """Keys, and the tokens that are signed with them, as the program openssl makes both."""

    def __init__(self, folder, algorithm="RS256", key_id="first"):
        self.algorithm = algorithm
        self.key_id = key_id
        self.key = folder / f"{key_id}.pem"
        kind = {"RS256": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "ES256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}
        self.openssl("genpkey", "-out", str(self.key), "-algorithm", *kind.get(algorithm, ["ED25519"]))

    @staticmethod
    def openssl(*words, octets=b""):
        return subprocess.run(["openssl", *words], input=octets, check=True, capture_output=True).stdout

    def jwk(self):
        der = self.openssl("pkey", "-in", str(self.key), "-pubout", "-outform", "DER")
        common = {"kid": self.key_id, "use": "sig", "alg": self.algorithm}
        if self.algorithm == "RS256":
            modulus = self.openssl("rsa", "-in", str(self.key), "-noout", "-modulus").decode().strip().split("=")[1]
            return common | {"kty": "RSA", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB"}
        if self.algorithm == "ES256":
            return common | {"kty": "EC", "crv": "P-256", "x": base64url(der[-64:-32]), "y": base64url(der[-32:])}
        return common | {"kty": "OKP", "crv": "Ed25519", "x": base64url(der[-32:])}

    def token(self, **claims):
        claims = {"iss": ISSUER, "aud": [AUDIENCE, "other"], "email": ALICE, "exp": int(time.time()) + 3600} | claims
        header = {"alg": self.algorithm, "typ": "JWT", "kid": self.key_id}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        return text + "." + base64url(self.sign(text.encode()))

    def sign(self, octets):
        if self.algorithm == "EdDSA":
            text = self.key.with_suffix(".signed")  # openssl must know its size beforehand
            text.write_bytes(octets)
            return self.openssl("pkeyutl", "-sign", "-rawin", "-inkey", str(self.key), "-in", str(text))
        der = self.openssl("dgst", "-sha256", "-sign", str(self.key), octets=octets)
        return numbers_of(der) if self.algorithm == "ES256" else der


def numbers_of(der):
    """The two numbers of an ECDSA signature in DER, 32 octets each."""
    numbers, at = b"", 2
    for _ in range(2):
        size = der[at + 1]
        numbers += der[at + 2 : at + 2 + size].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + size
    return numbers
