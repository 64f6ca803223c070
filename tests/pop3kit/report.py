"""Results as a table for people, and as JSON for machines."""

import json

from pop3kit.requirement import Level
from pop3kit.runner import Verdict, score

MOST_SHOWN = 300  # octets of a conversation


def shown(octets):
    """Octets as ASCII, the middle left out when there are many."""
    if len(octets) > MOST_SHOWN:
        half = MOST_SHOWN // 2
        return f"{octets[:half]!r} … {octets[-half:]!r} ({len(octets)} octets)"
    return repr(octets)


def row(result):
    """The lines of one requirement."""
    requirement = result.requirement
    where = requirement.rfc if requirement.section == "-" else f"{requirement.rfc} §{requirement.section}"
    line = f"{requirement.id:32} {where:18} {requirement.level.value:8} {result.verdict.value}"
    if result.violation is None:
        return line + (f": {result.reason}" if result.reason else "")
    violation = result.violation
    return (
        f"{line}\n    {requirement.says}\n    sent      {shown(violation.sent)}\n"
        f"    received  {shown(violation.received)}\n    expected  {violation.expected}"
    )


def sum_line(results):
    table = score(results)
    must, should, optional = (table[level.value] for level in (Level.MUST, Level.SHOULD, Level.OPTIONAL))
    return (
        f"MUST {must['passed']} of {must['checked']} passed, SHOULD {should['passed']} of {should['checked']} passed, "
        f"options and habits {optional['passed']} of {optional['all']} there"
    )


def as_json(results, server):
    """Everything, for --json."""
    rows = []
    for result in results:
        requirement, violation = result.requirement, result.violation
        entry = {
            "id": requirement.id,
            "rfc": requirement.rfc,
            "section": requirement.section,
            "level": requirement.level.value,
            "says": requirement.says,
            "verdict": result.verdict.value,
        }
        if result.reason:
            entry["reason"] = result.reason
        if violation:
            entry |= {"sent": shown(violation.sent), "received": shown(violation.received), "expected": violation.expected}
        rows.append(entry)
    everything = {"server": f"{server.host}:{server.port}", "tls": server.tls, "score": score(results), "results": rows}
    return json.dumps(everything, indent=2, ensure_ascii=False) + "\n"


def exit_status(results):
    """1 when a MUST failed."""
    failed = [result for result in results if result.verdict is Verdict.FAIL]
    return 1 if any(result.requirement.level is Level.MUST for result in failed) else 0
