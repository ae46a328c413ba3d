"""One cell of a submission as it runs in the worker process, a few statements at a time."""

from __future__ import annotations

from typing import Any

from autograder.sandbox.protocol.words import MOST_REPORTED, MOST_STATEMENTS, Reply
from convgrade.execution.session import OpenCell, Session, Trouble
from convgrade.execution.tracebacks import error_fields


class CellUnderWay:
    """A cell that is running, and its next statement."""

    def __init__(self, session: Session, request: dict[str, Any]) -> None:
        self.session = session
        self.known = len(session.rebindings)
        self.cell: OpenCell = session.open(
            request["source"], request["label"], tuple(request["settles"])
        )
        self.skip = frozenset(request["skip"])
        self.of = min(len(self.cell.statements), MOST_STATEMENTS)
        if request["end"] >= 0:
            self.of = min(self.of, request["end"])
        self.next = 0

    def run_on(self, to_the_end: bool) -> dict[str, Any]:
        """Run a statement and the following ones that take no time.

        It stops before any other statement. So if a statement ends the process, the answer before
        names it.
        """
        first = self.next
        troubles: list[Trouble] = []
        while self.next < self.of:
            quick = to_the_end or self.cell.statements[self.next].is_quick
            if self.next > first and not quick:
                break
            if self.next not in self.skip and (trouble := self.cell.run(self.next)):
                troubles.append(trouble)
            self.next += 1
        return self.answer(troubles)

    def answer(self, troubles: list[Trouble]) -> dict[str, Any]:
        rebound = []
        upcoming = None
        if self.next < self.of:
            upcoming = self.cell.statements[self.next]
        else:
            self.cell.close()
            rebound = self.session.rebindings[self.known :][:MOST_REPORTED]
        return {
            "outcome": Reply.RAN,
            "next": self.next,
            "of": self.of,
            "line": upcoming.line if upcoming else 0,
            "names": list(upcoming.names[:MOST_REPORTED]) if upcoming else [],
            "troubles": [_trouble_fields(trouble) for trouble in troubles[:MOST_REPORTED]],
            "more": len(troubles[MOST_REPORTED:]),
            "rebound": [(each.exercise, each.name, each.settled) for each in rebound],
        }


def _trouble_fields(trouble: Trouble) -> dict[str, Any]:
    fields = error_fields(trouble.error)
    return {
        "statement": trouble.statement,
        "names": list(trouble.names[:MOST_REPORTED]),
        "types": fields["types"],
        "text": fields["text"],
        "line": trouble.line,
        "traceback": fields["traceback"],
    }
