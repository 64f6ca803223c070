"""Every check fails for its fault, and passes without: against the small server, one fault at a time."""

import unittest

import paths  # noqa: F401
from pop3kit.mailbox import Mailbox
from pop3kit.requirement import requirements
from pop3kit.runner import Verdict, check
from pop3kit.server import Server, decoded
from pop3kit.tests import capability_faults, line_faults, mail_faults, sign_in_faults  # noqa: F401
from pop3kit.tests.certificate import contexts
from pop3kit.tests.fault import Fault, faults
from pop3kit.tests.pop3_server import PASSWORD, USER, Pop3Server, Session

PATIENCE = 60.0  # seconds
SHORT = 2.0  # where the fault is that no reply comes, or no end
SILENT = {
    "habit.endless-line",
    "pipelining",
    "pipelining.burst",
    "pipelining.order",
    "quit.after-login",
    "quit.before-login",
}


class FaultTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.contexts = contexts()

    def filled(self, implicit=False):
        """The small server with our letters in it, and the kit before it."""
        right, old, oldest = self.contexts
        pop3 = Pop3Server(right, implicit)
        pop3.old_context, pop3.oldest_context = old, oldest
        self.addCleanup(pop3.close)
        server = Server("127.0.0.1", pop3.port, USER, PASSWORD, "implicit" if implicit else "none", PATIENCE)
        server.token = Session.TOKEN
        server.mailbox = Mailbox(server, pop3)
        server.mailbox.fill()
        server.close_connections()
        return pop3, server

    def test_without_a_fault(self):
        passed = set()
        for implicit in (False, True):
            pop3, server = self.filled(implicit)
            for requirement in requirements:
                with self.subTest(requirement.id, implicit=implicit):
                    result = check(server, requirement)
                    self.assertIsNot(result.verdict, Verdict.FAIL, explained(result))
                    if result.verdict is Verdict.PASS:
                        passed.add(requirement.id)
            server.mailbox.clear()
            self.assertEqual(pop3.messages, [], "what the kit has put in and not removed")
        self.assertEqual({requirement.id for requirement in requirements} - passed, set(), "checks that never pass")

    def test_faults_and_checks_belong_together(self):
        self.assertEqual(sorted(faults), sorted(requirement.id for requirement in requirements))


def explained(result):
    violation = result.violation
    return violation and f"{violation}: sent {violation.sent[:200]!r}, received {violation.received[:200]!r}"


def fails(requirement, fault):
    """A test that `requirement` is found violated where `fault` is."""

    def test(self):
        pop3, server = self.filled(fault.implicit)
        pop3.session = fault.session
        server.timeout = SHORT if requirement.id in SILENT else PATIENCE
        result = check(server, requirement)
        self.assertIs(result.verdict, Verdict.FAIL, f"{requirement.says} {result.reason}")
        self.assertEqual("within" in result.violation.expected, requirement.id in SILENT, explained(result))
        for secret in (PASSWORD, Session.TOKEN):
            self.assertNotIn(secret.encode(), result.violation.sent)
            for word in result.violation.sent.split():
                self.assertNotIn(secret.encode(), decoded(word))

    return test


for requirement in requirements:
    name = "test_" + requirement.id.replace(".", "_").replace("-", "_")
    setattr(FaultTest, name, fails(requirement, faults.get(requirement.id, Fault(Session))))


if __name__ == "__main__":
    unittest.main()
