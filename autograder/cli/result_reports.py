"""The reports that `autograder grade` writes of results, for files and for a class alike."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli import reports
from autograder.course.assignment import Assignment
from autograder.errors import AutograderError

if TYPE_CHECKING:
    from autograder.publish.signing import SigningKey
    from autograder.publish.source_lines import Source
    from autograder.results import Result

KEY_VARIABLE = "AUTOGRADER_SIGNING_KEY"
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
ROOT_VARIABLES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables that name the folder from which a CI service counts the paths of files."""


@dataclass(frozen=True)
class ResultReports:
    """Which reports of results are wanted.

    Attributes:
        targets: where each goes, by format: json, junit, markdown, gradescope.
        github: annotations on stdout, and a summary in the file that GitHub names for it.
        key: the key that signs the results in JSON; None for none.
    """

    targets: Mapping[str, str] = field(default_factory=dict)
    github: bool = False
    key: SigningKey | None = None

    @property
    def places(self) -> list[str]:
        """All places that are written to."""
        summary = [self._summary] if self.github and self._summary else []
        return [*self.targets.values(), *([reports.STDOUT] if self.github else []), *summary]

    @property
    def use_stdout(self) -> bool:
        """Whether a report goes to stdout, where nothing else may then be printed."""
        return any(map(reports.goes_to_stdout, self.places))

    @property
    def _summary(self) -> str:
        return os.environ.get(SUMMARY_VARIABLE, "")

    def check(self, is_one_file: bool, others: Sequence[str] = ()) -> None:
        """Check before grading that every report, and others, can be written; write nothing.

        Raises:
            AutograderError: one cannot be written, or is for one file and this is not one.
        """
        if "gradescope" in self.targets and not is_one_file:
            raise AutograderError("--gradescope is about one submission: give one file with it.")
        reports.check([*self.places, *others])

    def write(self, assignment: Assignment, results: Sequence[Result]) -> None:
        """Write all reports of these results, as students may see them.

        Raises:
            AutograderError: one cannot be written.
        """
        from autograder.publish.source_lines import source_of
        from autograder.publish.visibility import FeedbackVisibility

        shown = FeedbackVisibility.of(assignment.feedback)
        published = [shown.applied(result) for result in results]
        sources: list[Source] = []
        if self.github or "junit" in self.targets:
            sources = [source_of(result, assignment.release, _base()) for result in results]
        for name, target in self.targets.items():
            text = self._text(name, published, sources)
            if text is None:
                reports.discard(target)
            else:
                reports.write(target, text)
        if self.github:
            self._write_github(published, sources)

    def _text(self, name: str, results: Sequence[Result], sources: Sequence[Source]) -> str | None:
        """The text of a report; None if its format cannot express that the grader failed."""
        from autograder.publish import gradescope, json, junit, markdown

        match name:
            case "gradescope":
                return gradescope.dumps(results[0])
            case "junit":
                return junit.dumps(results, sources)
            case "markdown":
                return markdown.dumps(results)
        return json.dumps(results, self.key)

    def _write_github(self, results: Sequence[Result], sources: Sequence[Source]) -> None:
        from autograder.publish import github

        if commands := github.commands(results, sources):
            reports.write(reports.STDOUT, commands)
        if self._summary:
            there = Path(self._summary)
            used = there.stat().st_size if there.is_file() else 0
            if summary := github.summary(results, used):
                reports.write(self._summary, summary)


def signing_key(file: Path | None, *, is_needed: bool) -> SigningKey | None:
    """The key in a file, else the one whose text is in the environment, else None.

    Args:
        file: the file that was named.
        is_needed: whether results are written that it can sign.

    Raises:
        AutograderError: it cannot be read, or a file was named that is not needed.
    """
    text = os.environ.get(KEY_VARIABLE, "")
    if file is not None and not is_needed:
        raise AutograderError("--sign signs the results in JSON: say with --json where they go.")
    if not is_needed or (file is None and not text):
        return None
    from autograder.publish.signing import SigningKey, read_key_file

    if file is not None:
        return SigningKey.read(read_key_file(file), str(file))
    return SigningKey.read(os.fsencode(text), KEY_VARIABLE)


def _base() -> Path:
    """The folder from which a CI service counts paths; the working folder where there is none."""
    named = (os.environ.get(variable) for variable in ROOT_VARIABLES)
    return Path(next(filter(None, named), os.getcwd())).absolute()
