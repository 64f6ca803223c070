"""How a fault is declared: what the small server then does otherwise."""

import dataclasses

from pop3kit.tests.pop3_server import Session


@dataclasses.dataclass(frozen=True)
class Fault:
    """Sessions that are wrong in one thing, and the check that has to find it."""

    session: type
    implicit: bool = False  # whether it shows only where TLS begins with the connection


faults = {}  # by id of the requirement


def fault(id, implicit=False, **members):
    """Declares sessions that are right but for `members`."""
    if id in faults:
        raise ValueError(f"two faults for {id}")
    faults[id] = Fault(type(f"Fault({id})", (Session,), members), implicit)


def answers(octets):
    """A command that is always answered so."""
    return lambda session, argument: octets


def changed(verb, change):
    """The right answer to a command, changed."""
    right = getattr(Session, "do_" + verb)
    return lambda session, argument: change(right(session, argument))


def valid_always(verb):
    """`answer` of a session that takes a command in every state."""

    def answer(session, given, argument):
        if given == verb:
            return getattr(session, "do_" + verb)(argument)
        return Session.answer(session, given, argument)

    return answer


def capability(old, new):
    """`capabilities` with one line otherwise; empty: without it."""
    return lambda session: [new if line == old else line for line in Session.capabilities(session) if new or line != old]
