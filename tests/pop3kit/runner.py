"""Checks requirements, one behind the other, and says how each ended."""

import dataclasses
import enum

from pop3kit import checks  # noqa: F401  (declares the requirements)
from pop3kit.requirement import Level, NotChecked, NotOffered, Requirement, Violation, requirements


class Verdict(enum.Enum):
    """How checking a requirement ended."""

    PASS = "pass"
    FAIL = "fail"
    NOT_OFFERED = "not offered"
    NOT_CHECKED = "not checked"


@dataclasses.dataclass(frozen=True)
class Result:
    """A requirement and its verdict; `reason` says why not, `violation` what was said when it failed."""

    requirement: Requirement
    verdict: Verdict
    reason: str = ""
    violation: Violation | None = None


def chosen(ids):
    """The requirements that are called so, or belong to what is; all for none. KeyError names an unknown id."""
    for id in ids:
        if not any(belongs(requirement, id) for requirement in requirements):
            raise KeyError(id)
    return [known for known in requirements if not ids or any(belongs(known, id) for id in ids)]


def belongs(requirement, id):
    return requirement.id == id or requirement.id.startswith(id + ".")


def check(server, requirement):
    """One result; connections of the check are closed."""
    try:
        requirement.check(server)
    except Violation as found:
        violation = Violation(server.masked(found.sent), server.masked(found.received), found.expected)
        return Result(requirement, Verdict.FAIL, str(violation), violation)
    except NotOffered as why:
        return Result(requirement, Verdict.NOT_OFFERED, str(why))
    except NotChecked as why:
        return Result(requirement, Verdict.NOT_CHECKED, str(why))
    except OSError as error:
        violation = Violation(b"", str(error).encode(), "a connection")
        return Result(requirement, Verdict.FAIL, str(violation), violation)
    finally:
        server.close_connections()
    return Result(requirement, Verdict.PASS)


def score(results):
    """What passed of what was checked, for each level."""
    table = {}
    for level in Level:
        verdicts = [result.verdict for result in results if result.requirement.level is level]
        passed, failed = verdicts.count(Verdict.PASS), verdicts.count(Verdict.FAIL)
        table[level.value] = {"passed": passed, "checked": passed + failed, "all": len(verdicts)}
    return table
