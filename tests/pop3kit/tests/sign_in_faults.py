"""Faults in signing in: USER, PASS, APOP, AUTH and its mechanisms; and in STLS and TLS."""

from pop3kit.tests.fault import answers, fault, valid_always
from pop3kit.tests.pop3_server import OK, PASSWORD, USER, Session

# ---- USER, PASS, APOP ------------------------------------------------------------------

fault("user", do_PASS=answers(b"-ERR [AUTH] no\r\n"))
fault("pass.wrong", right=lambda session, user, password: user == USER)
fault("pass.prefix", right=lambda session, user, password: user == USER and password.startswith(PASSWORD))
fault("user.unknown", right=lambda session, user, password: password == PASSWORD)
fault("pass.without-user", do_PASS=lambda session, argument: session.enter(session.right(session.user or USER, argument)))
fault("apop", right_digest=lambda session, user, digest: False)
fault("apop.timestamp", timestamp=lambda session: b"<%d>" % session.number)
fault("apop.fresh", timestamp=lambda session: b"<1@example.test>")
fault("apop.wrong", right_digest=lambda session, user, digest: user == USER)

# ---- AUTH ------------------------------------------------------------------------------


def without_initial(session, argument):
    return Session.do_AUTH(session, argument.partition(" ")[0])


def empty_is_absent(session, argument):
    return Session.do_AUTH(session, argument.removesuffix(" ="))


def never_cancelled(session):
    return session.ask(b"")


def ends(session, line):
    session.over = True
    return b""


fault("auth", do_AUTH=lambda session, argument: b"-ERR\r\n" if argument == "LOGIN" else Session.do_AUTH(session, argument))
fault("auth.challenge", challenge=lambda session, text: Session.challenge(session, text or b"your turn"))
fault("auth.challenge-space", challenge=lambda session, text: Session.challenge(session, text).replace(b"+ \r\n", b"+\r\n"))
fault("auth.initial", do_AUTH=without_initial)
fault("auth.empty-initial", do_AUTH=empty_is_absent)
fault("auth.cancel", cancelled=never_cancelled)
fault("auth.bad-base64", decode=ends)
fault("auth.unknown", unknown_mechanism=lambda session: b"+ \r\n")
fault("auth.after-login", answer=valid_always("AUTH"))
fault("auth.bare", mechanism_names=lambda session: [b"PLAIN", b"NTLM"])

# ---- PLAIN, LOGIN, CRAM-MD5 --------------------------------------------------------------


def two_parts(session, message):
    parts = message.decode("latin-1").split("\0")
    return session.right(*parts[-2:])


fault("sasl.plain", right_plain=lambda session, message: False)
fault("sasl.plain.wrong", right_plain=lambda session, message: True)
fault("sasl.plain.form", right_plain=two_parts)
fault("sasl.login", right_login=lambda session, user, password: False)
fault("sasl.login.wrong", right_login=lambda session, user, password: True)
fault("sasl.cram-md5", right_cram=lambda session, user, fits: False)
fault("sasl.cram-md5.wrong", right_cram=lambda session, user, fits: True)
fault("sasl.cram-md5.fresh", cram_challenge=lambda session: b"<1@example.test>")

# ---- SCRAM-SHA-256 -------------------------------------------------------------------------

fault("sasl.scram-sha-256", scram_end=lambda session: False)
fault("sasl.scram-sha-256.signature", scram_signature=lambda session, salted, message: bytes(32))
fault("sasl.scram-sha-256.nonce", scram_nonce=lambda session, theirs: theirs)
fault("sasl.scram-sha-256.iterations", scram_iterations=lambda session: 4095)
fault("sasl.scram-sha-256.wrong", scram_proof=lambda session, salted, message, proof: True)
fault("sasl.scram-sha-256.changed-nonce", same_nonce=lambda session, without_proof, nonce: True)

# ---- OAUTHBEARER, XOAUTH2 ------------------------------------------------------------------

fault("sasl.oauthbearer", right_bearer=lambda session, message: False)
fault("sasl.oauthbearer.wrong", right_token=lambda session, message: True)
fault("sasl.oauthbearer.status", token_error=lambda session: b"invalid_token")
fault("sasl.oauthbearer.form", right_bearer=Session.right_token)
fault("sasl.xoauth2", right_xoauth2=lambda session, message: False)
fault("sasl.xoauth2.wrong", right_xoauth2=lambda session, message: True)

# ---- STLS and TLS --------------------------------------------------------------------------


def announces_stls(session):
    return [*dict.fromkeys([*Session.capabilities(session), b"STLS"])]


def greets_again(session, argument):
    reply = Session.do_STLS(session, argument)
    return session.greeting() if reply == b"" else reply


def keeps(what):
    """STLS that remembers something from before the handshake."""

    def start_tls(session):
        kept = getattr(session, what)
        Session.start_tls(session)
        setattr(session, what, kept)

    return start_tls


fault("stls", enter=lambda session, right: b"-ERR no\r\n" if session.secure else Session.enter(session, right))
fault("stls.capa", capabilities=announces_stls)
fault("stls.no-greeting", do_STLS=greets_again)
fault("stls.injection", start_tls=keeps("buffer"))
fault("stls.forgets", start_tls=keeps("user"))
fault("stls.twice", do_STLS=lambda session, argument: OK if session.secure else Session.do_STLS(session, argument))
fault("stls.after-login", answer=valid_always("STLS"))
fault("tls.implicit", implicit=True, greeting=lambda session: b"-ERR not today\r\n")
fault("tls.not-announced", implicit=True, capabilities=announces_stls)
fault("tls.version", context=lambda session: session.server.oldest_context)
fault("tls.old-versions", context=lambda session: session.server.old_context)
