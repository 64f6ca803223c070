"""AUTH of the small server: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256, OAUTHBEARER and XOAUTH2."""

import base64
import binascii
import hashlib
import hmac
import os

ITERATIONS = 4096
SALT = b"salt of the test"
CANCELLED = b"-ERR cancelled\r\n"
MECHANISMS = {
    "PLAIN": "plain",
    "LOGIN": "login",
    "CRAM-MD5": "cram_md5",
    "SCRAM-SHA-256": "scram",
    "OAUTHBEARER": "bearer",
    "XOAUTH2": "xoauth2",
}


class Malformed(Exception):
    """A response that is not base64, or '*'."""


class Sasl:
    """What a session has for AUTH; `initial` is a response that came with the command."""

    PASSWORD = "secret"
    TOKEN = "a.good.token"

    def do_AUTH(self, argument):
        if not argument:
            return b"+OK\r\n" + b"".join(name + b"\r\n" for name in self.mechanism_names()) + b".\r\n"
        name, space, initial = argument.partition(" ")
        mechanism = MECHANISMS.get(name.upper())
        if mechanism is None:
            return self.unknown_mechanism()
        try:
            first = self.initial(initial) if space else None
            return self.enter(getattr(self, mechanism)(first))
        except Malformed:
            return CANCELLED

    def mechanism_names(self):
        return [name.encode() for name in MECHANISMS]

    def unknown_mechanism(self):
        return b"-ERR no such mechanism\r\n"

    def initial(self, text):
        return b"" if text == "=" else self.decode(text.encode("latin-1"))

    def ask(self, challenge):
        """Sends a challenge; the response to it."""
        self.write(self.challenge(challenge))
        line = self.read_line()
        if line is None or line == b"*":
            return self.cancelled()
        return self.decode(line)

    def challenge(self, text):
        return b"+ " + base64.b64encode(text) + b"\r\n"

    def cancelled(self):
        raise Malformed

    def decode(self, line):
        try:
            return base64.b64decode(line, validate=True)
        except binascii.Error:
            raise Malformed from None

    # ---- the mechanisms; each says whether the sign-in is right -----------------

    def plain(self, initial):
        message = self.ask(b"") if initial is None else initial
        return self.right_plain(message)

    def right_plain(self, message):
        parts = message.decode("latin-1").split("\0")
        return len(parts) == 3 and self.right(parts[1], parts[2])

    def login(self, initial):
        user = self.ask(b"Username:") if initial is None else initial
        return self.right_login(user.decode("latin-1"), self.ask(b"Password:").decode("latin-1"))

    def right_login(self, user, password):
        return self.right(user, password)

    def cram_challenge(self):
        return b"<" + base64.b16encode(os.urandom(8)) + b"@example.test>"

    def cram_md5(self, initial):
        challenge = self.cram_challenge()
        user, _, digest = self.ask(challenge).decode("latin-1").partition(" ")
        expected = hmac.new(self.PASSWORD.encode(), challenge, "md5").hexdigest()
        return self.right_cram(user, digest == expected)

    def right_cram(self, user, fits):
        return fits and self.right(user, self.PASSWORD)

    # ---- SCRAM-SHA-256 ---------------------------------------------------------

    def scram(self, initial):
        first = (self.ask(b"") if initial is None else initial).partition(b",,")[2]
        attributes = dict(part.partition(b"=")[::2] for part in first.split(b","))
        nonce = self.scram_nonce(attributes.get(b"r", b""))
        challenge = b"r=%s,s=%s,i=%d" % (nonce, base64.b64encode(SALT), self.scram_iterations())
        without_proof, _, proof = self.ask(challenge).rpartition(b",p=")
        salted = hashlib.pbkdf2_hmac("sha256", self.PASSWORD.encode(), SALT, self.scram_iterations())
        message = first + b"," + challenge + b"," + without_proof
        right = self.scram_proof(salted, message, base64.b64decode(proof))
        if not right or not self.same_nonce(without_proof, nonce):
            return False
        self.ask(b"v=" + base64.b64encode(self.scram_signature(salted, message)))
        return self.scram_end()

    def scram_nonce(self, theirs):
        return theirs + base64.b64encode(os.urandom(9))

    def scram_iterations(self):
        return ITERATIONS

    def scram_proof(self, salted, message, proof):
        key = keyed(salted, b"Client Key")
        signature = keyed(hashlib.sha256(key).digest(), message)
        return proof == bytes(one ^ other for one, other in zip(key, signature))

    def same_nonce(self, without_proof, nonce):
        return without_proof == b"c=biws,r=" + nonce

    def scram_signature(self, salted, message):
        return keyed(keyed(salted, b"Server Key"), message)

    def scram_end(self):
        return True

    # ---- bearer tokens ---------------------------------------------------------

    def bearer(self, initial):
        message = self.ask(b"") if initial is None else initial
        return self.right_bearer(message) or self.refuse_token()

    def xoauth2(self, initial):
        message = self.ask(b"") if initial is None else initial
        return self.right_xoauth2(message) or self.refuse_token()

    def right_bearer(self, message):
        return message.endswith(b"\1\1") and self.right_token(message)

    def right_xoauth2(self, message):
        return self.right_token(message)

    def right_token(self, message):
        return b"auth=Bearer " + self.TOKEN.encode() in message.split(b"\1")

    def refuse_token(self):
        self.ask(self.token_error())
        return False

    def token_error(self):
        return b'{"status":"invalid_token"}'


def keyed(key, message):
    return hmac.new(key, message, "sha256").digest()
