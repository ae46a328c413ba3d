"""Gives feedback pages back: to a branch of each repository, to folders, or to Moodle as a zip.

Only the pages that `autograder feedback` has made for a student go out.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.collecting.addresses import Address, read_address
from autograder.collecting.feedback_branch import FeedbackBranch
from autograder.collecting.git import Git, GitFailed
from autograder.collecting.records import State
from autograder.collecting.repositories import reason_of
from autograder.course.assignment import Assignment
from autograder.course.rosters import Entry, Roster
from autograder.errors import CourseError, SubmissionRejected
from convgrade.atomic_files import replacing
from convgrade.submission.files import opened

LARGEST_PAGE = 32 * 2**20

_SAME_TIME = (2000, 1, 1, 0, 0, 0)
"""Of each file in the zip: the same pages give the same zip."""


@dataclass(frozen=True)
class Returned:
    """What became of one student's feedback; `reason` says why it was not given."""

    student: str
    state: State
    reason: str = ""


def pages_of(assignment: Assignment, student: str) -> dict[str, bytes]:
    """The feedback pages of a student by their names; empty if there is none.

    Raises:
        SubmissionRejected: one cannot be read, or is too large.
    """
    folder = assignment.root / "feedback" / student / assignment.name
    pages = {}
    for path in sorted(folder.glob("*.html")):
        with opened(path) as file:
            pages[path.name] = file.read(LARGEST_PAGE + 1)
        if len(pages[path.name]) > LARGEST_PAGE:
            raise SubmissionRejected(f"{path.name} is larger than {LARGEST_PAGE // 2**20} MB")
    return pages


@dataclass(frozen=True)
class ToBranches:
    """Adds the pages to a branch of each student's repository."""

    assignment: Assignment
    roster: Roster
    git: Git
    branch: str

    def __call__(self, entry: Entry) -> Returned:
        """Give one student's pages back."""
        try:
            pages = pages_of(self.assignment, entry.student)
            if not pages:
                return Returned(entry.student, State.MISSING)
            address = self._address(entry)
            branch = FeedbackBranch(self.git, address, self.branch)
            return Returned(entry.student, branch.add(self.assignment.name, pages))
        except (SubmissionRejected, CourseError) as error:
            return Returned(entry.student, State.FAILED, str(error))
        except GitFailed as error:
            fault = reason_of(error, f"branch `{self.branch}`", self.git.limits)
            return Returned(entry.student, State.FAILED, fault)

    def _address(self, entry: Entry) -> Address:
        if not entry.url:
            raise SubmissionRejected(f"line {entry.line} of the roster has no `url`")
        if entry.branch == self.branch:
            raise SubmissionRejected(f"work is collected from the branch `{self.branch}`")
        owners = self._owners[entry.url.removesuffix("/").removesuffix(".git")]
        if len(owners) > 1:
            raise SubmissionRejected(
                f"the repository is also that of {', '.join(owners - {entry.student})}, who would "
                "read this feedback: use --to"
            )
        return read_address(entry.url, self.roster.path.resolve().parent)

    @cached_property
    def _owners(self) -> Mapping[str, set[str]]:
        owners: dict[str, set[str]] = defaultdict(set)
        for each in self.roster.entries:
            owners[each.url.removesuffix("/").removesuffix(".git")].add(each.student)
        return owners


def to_folder(assignment: Assignment, entries: Iterable[Entry], folder: Path) -> Iterator[Returned]:
    """Write the pages to `folder/<student>/<assignment>/`; those that are as before stay."""
    for entry in entries:
        try:
            pages = pages_of(assignment, entry.student)
            target = folder / entry.student / assignment.name
            states = [_write(target / name, content) for name, content in pages.items()]
        except SubmissionRejected as error:
            yield Returned(entry.student, State.FAILED, str(error))
            continue
        order = (State.CHANGED, State.NEW, State.AS_BEFORE)
        found = next((state for state in order if state in states), State.MISSING)
        yield Returned(entry.student, found)


def _write(path: Path, content: bytes) -> State:
    there = path.read_bytes() if path.is_file() and not path.is_symlink() else None
    if there == content:
        return State.AS_BEFORE
    with replacing(path) as file:
        file.write(content)
    return State.NEW if there is None else State.CHANGED


def to_moodle(assignment: Assignment, entries: Iterable[Entry], path: Path) -> list[Returned]:
    """Write a zip for Moodle's "Upload multiple feedback files in a zip"."""
    done = []
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for entry in entries:
            number = entry.ids.get("participant", "")
            try:
                pages = pages_of(assignment, entry.student)
                if pages and not number:
                    raise SubmissionRejected(
                        "the roster has no number of the participant: use Moodle's grading "
                        "worksheet"
                    )
            except SubmissionRejected as error:
                done.append(Returned(entry.student, State.FAILED, str(error)))
                continue
            for name, content in pages.items():
                info = zipfile.ZipInfo(
                    f"Participant_{number}_assignfeedback_file/{name}", _SAME_TIME
                )
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
            done.append(Returned(entry.student, State.NEW if pages else State.MISSING))
    return done
