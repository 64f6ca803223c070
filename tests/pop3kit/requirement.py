"""What a requirement is, and the ways in which checking one can end."""

import dataclasses
import enum
import typing


class Level(enum.Enum):
    """How binding a requirement is; `OPTIONAL` is an option, or a habit that clients count on."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    OPTIONAL = "optional"


MUST, SHOULD, OPTIONAL = Level.MUST, Level.SHOULD, Level.OPTIONAL


@dataclasses.dataclass(frozen=True)
class Requirement:
    """One requirement; `check` takes the server, and raises one of the below when it is not met."""

    id: str
    rfc: str
    section: str
    level: Level
    says: str
    check: typing.Callable


class Violation(Exception):
    """The server did otherwise: what was sent, what came back since, what should have."""

    def __init__(self, sent, received, expected):
        super().__init__(expected)
        self.sent, self.received, self.expected = sent, received, expected


class Ended(Violation):
    """The server ended the connection instead of answering."""


class NotOffered(Exception):
    """The server does not have the option that the requirement is about."""


class NotChecked(Exception):
    """It cannot be checked this time: a message is missing, or the way of connecting is another."""


class CannotRun(Exception):
    """Nothing can be checked; says what to do about it."""


requirements = []  # in the order of their declaration, which is that of the report


def requirement(id, rfc, section, level):
    """Declares the function below it as the check of a requirement; its docstring is what the requirement says."""

    def declare(check):
        if any(known.id == id for known in requirements):
            raise ValueError(f"two requirements are called {id}")
        says = " ".join(check.__doc__.split())
        requirements.append(Requirement(id, rfc, section, level, says, check))
        return check

    return declare
