"""Collects the work of a roster's students from their repositories, several at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.collecting.addresses import Address, read_address
from autograder.collecting.git import Git, GitFailed, in_parallel
from autograder.collecting.hand_ins import choose_files, write_files
from autograder.collecting.placing import (
    compared,
    put,
    remove_scratch,
    scratch_beside,
    write_time,
)
from autograder.collecting.records import (
    Outcome,
    State,
    folder_of,
    load_record,
    of_state,
    save_record,
    shown_time,
)
from autograder.collecting.repositories import Repository, reason_of, wanted_of
from autograder.collecting.sightings import Counted, Received, Rule, counted, with_sighting
from autograder.course.assignment import Assignment
from autograder.course.rosters import Entry, Roster
from autograder.errors import CourseError, SubmissionRejected

Clock = Callable[[], datetime]
SHORT = 7


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Collector:
    """Collects for one assignment.

    Args:
        assignment: the assignment.
        base: the folder at which relative addresses start.
        git: runs git within limits.
        deadline: for students whose line has none; None for no deadline.
        dry_run: write nothing into the course.
        clock: the collector's own time.
    """

    assignment: Assignment
    base: Path
    git: Git
    deadline: datetime | None = None
    dry_run: bool = False
    clock: Clock = _now

    def collect_all(self, roster: Roster, jobs: int) -> Iterator[Outcome]:
        """Collect the work of all students, in the order in which it is done.

        Ctrl-C, or leaving the iteration, ends the commands that run.
        """
        return in_parallel(self.git, roster.entries, self.collect, jobs)

    def collect(self, entry: Entry) -> Outcome:
        """Collect the work of one student. What cannot be used of it is in the outcome."""
        try:
            if not entry.url:
                raise SubmissionRejected(f"line {entry.line} of the roster has no `url`")
            return self._collect(entry, read_address(entry.url, self.base))
        except (SubmissionRejected, CourseError) as error:
            fault = str(error)
        except GitFailed as error:
            fault = reason_of(error, "commit", self.git.limits)
        return Outcome(entry.student, State.FAILED, remarks=(fault,))

    def _collect(self, entry: Entry, address: Address) -> Outcome:
        with self._own_folder(entry.student) as folder:
            repository = Repository(self.git, folder / "objects.git")
            chosen, fault = self._look(folder, entry, repository, address)
            repository.fetch_commit(address, chosen.commit)
            outcome = self._put(folder, entry, repository, chosen)
        if not fault:
            return outcome
        return replace(outcome, remarks=(f"{fault}; what was seen before counts", *outcome.remarks))

    @contextmanager
    def _own_folder(self, student: str) -> Iterator[Path]:
        """The folder with what is known of the student; in a dry run, a copy of it."""
        folder = folder_of(self.assignment, student)
        if not self.dry_run:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            yield folder
            return
        with tempfile.TemporaryDirectory(prefix="convgrade-collect-") as scratch:
            copy = Path(scratch) / "copy"
            if folder.exists():
                shutil.copytree(folder, copy, symlinks=True)
            else:
                copy.mkdir()
            yield copy

    def _look(
        self, folder: Path, entry: Entry, repository: Repository, address: Address
    ) -> tuple[Counted, str]:
        """Look at the repository now, remember what stands there, and choose what counts.

        Returns:
            The commit, and why the repository could not be looked at now; "" if it could.
        """
        wanted, fault = wanted_of(entry), ""
        record = load_record(folder)
        at = f"{address.shown} {wanted.name}"
        sightings = record.sightings if record.place == at else ()
        try:
            commit = repository.fetch_tip(address, wanted)
            sightings = with_sighting(sightings, commit, self.clock())
            save_record(folder, replace(record, place=at, sightings=sightings))
        except SubmissionRejected as error:
            if not sightings:
                raise
            fault = str(error)
        received = Received(entry.commit, entry.pushed_at) if entry.pushed_at else None
        chosen = counted(sightings, received, self._deadline(entry))
        assert chosen is not None
        return chosen, fault

    def _put(self, folder: Path, entry: Entry, repository: Repository, chosen: Counted) -> Outcome:
        files = choose_files(repository.entries(chosen.commit), self.assignment.name)
        target = self.assignment.root / "submitted" / entry.student / self.assignment.name
        with self._scratch(target) as scratch:
            pointers = write_files(repository, files.files, scratch)
            write_time(scratch, chosen.time)
            if self.dry_run:
                state = compared(scratch, target, load_record(folder).placed)
            else:
                state = put(scratch, target, folder)
        remarks = (*files.remarks, pointers, *self._of_time(entry, chosen), of_state(state))
        return Outcome(
            entry.student,
            state,
            chosen.commit[:SHORT],
            chosen.time,
            chosen.rule,
            tuple(filter(None, remarks)),
        )

    @contextmanager
    def _scratch(self, target: Path) -> Iterator[Path]:
        if self.dry_run:
            with tempfile.TemporaryDirectory(prefix="convgrade-collect-") as scratch:
                yield Path(scratch)
            return
        remove_scratch(target)
        with scratch_beside(target) as beside:
            yield beside

    def _deadline(self, entry: Entry) -> datetime | None:
        return entry.deadline or self.deadline

    def _of_time(self, entry: Entry, chosen: Counted) -> Iterator[str]:
        deadline = self._deadline(entry)
        if deadline is None:
            return
        if chosen.rule is Rule.LATE:
            yield (
                f"nothing was seen before the deadline ({shown_time(deadline)}): the commit was "
                f"first seen at {shown_time(chosen.time)}"
            )
        if chosen.newer is not None:
            yield (
                f"another commit was first seen at {shown_time(chosen.newer)}, and nobody looked "
                f"between it and the deadline ({shown_time(deadline)}): it may have come in time"
            )
