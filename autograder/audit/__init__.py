"""Whether the suites of an assignment can be trusted: `autograder audit`."""

from autograder.audit.auditing import SEEDS, Audited, audit
from autograder.audit.checks import Check

__all__ = ["SEEDS", "Audited", "Check", "audit"]
