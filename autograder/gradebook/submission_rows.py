"""nbgrader's rows of many submissions to one assignment, each kind read with one query.

nbgrader's own methods ask several times for each student, and the database then reads the rows of
the whole class. Conditions here name the columns of nbgrader's unique constraints, which every
database has an index for. This module changes no score.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from nbgrader import utils
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, load_only

Row = TypeVar("Row", Grade, Comment)

MOST_VALUES = 500
GRADED = ("GradeCell", "TaskCell")
COMMENTED = ("SolutionCell", "TaskCell")


class SubmissionRows:
    """The rows of one assignment, in a session of SQLAlchemy. It commits nothing.

    Args:
        session: an open session of nbgrader's gradebook.
        name: the assignment, and its notebook. If the gradebook does not have it, there are no
            rows.
    """

    def __init__(self, session: Any, name: str) -> None:
        self._session = session
        self._name = name
        self._assignment_id = session.scalar(select(Assignment.id).where(Assignment.name == name))
        notebooks = session.execute(
            select(Notebook.id, Notebook.name).where(Notebook.assignment_id == self._assignment_id)
        )
        self._notebooks: dict[str, str] = {name: each for each, name in notebooks}
        self._cells = list(
            session.execute(
                select(BaseCell.id, BaseCell.name, BaseCell.type, BaseCell.notebook_id).where(
                    BaseCell.notebook_id.in_(self._notebooks.values())
                )
            )
        )

    def submissions(self, students: Collection[str] | None) -> dict[str, SubmittedAssignment]:
        """The submissions that these students have, or all, by student."""
        wanted = select(SubmittedAssignment).where(
            SubmittedAssignment.assignment_id == self._assignment_id
        )
        rows: Iterable[SubmittedAssignment] = (
            self._session.scalars(wanted)
            if students is None
            else self._with(SubmittedAssignment.student_id, students, wanted)
        )
        return {each.student_id: each for each in rows}

    def notebooks(
        self, submissions: Mapping[str, SubmittedAssignment]
    ) -> dict[str, SubmittedNotebook]:
        """The submitted notebook of each submission, by student.

        Raises:
            MissingEntry: a submission has none.
        """
        student_of = {each.id: student for student, each in submissions.items()}
        wanted = (
            select(SubmittedNotebook)
            .options(joinedload(SubmittedNotebook.assignment))
            .where(SubmittedNotebook.notebook_id == self._notebooks.get(self._name))
        )
        rows = self._with(SubmittedNotebook.assignment_id, student_of, wanted)
        found = {student_of[each.assignment_id]: each for each in rows}
        for student in submissions:
            if student not in found:
                raise MissingEntry(f"No such submitted notebook: {self._name} for {student}")
        return found

    def add(self, students: Collection[str]) -> None:
        """Add the students that the gradebook does not have."""
        known = set(self._with(Student.id, students, select(Student.id)))
        self._session.add_all(Student(id=each) for each in students if each not in known)

    def submit(self, times: Mapping[str, datetime | None]) -> None:
        """Add the submissions that are missing, with empty grades and comments as nbgrader does;
        set the time (UTC) of all whose time is known.
        """
        self.add(times)
        known = self.submissions(times)
        for student, time in times.items():
            if student not in known:
                self._session.add_all(self._new_submission(student, time))
            elif time is not None:
                known[student].timestamp = utils.parse_utc(time)
        self._session.flush()

    def grades(self, notebooks: Mapping[str, SubmittedNotebook]) -> dict[str, dict[str, Grade]]:
        """The grades of submitted notebooks, by student and by the cell's id in the notebook."""
        columns = (Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade)
        return self._by_cell(Grade, GRADED, columns, notebooks)

    def comments(self, notebooks: Mapping[str, SubmittedNotebook]) -> dict[str, dict[str, Comment]]:
        """The comments of submitted notebooks, by student and by the cell's id in the notebook."""
        return self._by_cell(Comment, COMMENTED, (Comment.auto_comment,), notebooks)

    def states(
        self, notebooks: Mapping[str, SubmittedNotebook]
    ) -> dict[str, dict[str, tuple[float | None, float | None, bool]]]:
        """Like `grades`, but only points of the tests, points of a person, and if one must mark."""
        cells = self._names(GRADED)
        student_of = {each.id: student for student, each in notebooks.items()}
        columns = (Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade)
        wanted = select(Grade.notebook_id, Grade.cell_id, *columns).where(Grade.cell_id.in_(cells))
        rows = self._with(Grade.notebook_id, student_of, wanted, self._session.execute)
        found: dict[str, dict[str, Any]] = {student: {} for student in notebooks}
        for notebook, cell, *state in rows:
            found[student_of[notebook]][cells[cell]] = tuple(state)
        order = list(cells.values())
        return {
            student: dict(sorted(states.items(), key=lambda item: order.index(item[0])))
            for student, states in found.items()
        }

    def scores(self, notebooks: Collection[SubmittedNotebook]) -> dict[str, float]:
        """The points of each submitted notebook, by its id."""
        ids = [each.id for each in notebooks]
        wanted = (
            select(Grade.notebook_id, func.sum(Grade.score))
            .where(Grade.cell_id.in_(self._names(GRADED)))
            .group_by(Grade.notebook_id)
        )
        found = self._with(Grade.notebook_id, ids, wanted, self._session.execute)
        return {notebook: score or 0.0 for notebook, score in found}

    def _names(self, kinds: Collection[str]) -> dict[str, str]:
        """The names of the notebook's cells of these kinds, by nbgrader's id of the row."""
        own = self._notebooks.get(self._name)
        return {
            cell: name
            for cell, name, kind, notebook in self._cells
            if kind in kinds and notebook == own
        }

    def _by_cell(
        self,
        table: type[Row],
        kinds: Collection[str],
        columns: Collection[Any],
        notebooks: Mapping[str, SubmittedNotebook],
    ) -> dict[str, dict[str, Row]]:
        """Rows with these columns only: nbgrader computes others with a query for each row."""
        cells = self._names(kinds)
        student_of = {each.id: student for student, each in notebooks.items()}
        found: dict[str, dict[str, Row]] = {student: {} for student in notebooks}
        wanted = (
            select(table)
            .options(load_only(table.cell_id, table.notebook_id, *columns))
            .where(table.cell_id.in_(cells))
        )
        rows = self._with(table.notebook_id, student_of, wanted)
        for row in rows:
            found[student_of[row.notebook_id]][cells[row.cell_id]] = row
        return found

    def _with(
        self,
        column: Any,
        values: Iterable[str],
        wanted: Any,
        run: Callable[[Any], Iterable[Any]] | None = None,
    ) -> Iterator[Any]:
        """Run a query for the rows in which a column has one of these values.

        Args:
            column: the column.
            values: any number of them; a database takes only so many in one query.
            wanted: the query without this condition.
            run: a method of the session; by default the one that returns single values.
        """
        rest = iter(values)
        while some := list(islice(rest, MOST_VALUES)):
            yield from (run or self._session.scalars)(wanted.where(column.in_(some)))

    def _new_submission(self, student: str, time: datetime | None) -> Iterator[Any]:
        submission = SubmittedAssignment(
            id=new_uuid(),
            assignment_id=self._assignment_id,
            student_id=student,
            timestamp=utils.parse_utc(time),
        )
        yield submission
        ids = {notebook: new_uuid() for notebook in self._notebooks.values()}
        for notebook, submitted in ids.items():
            yield SubmittedNotebook(id=submitted, notebook_id=notebook, assignment_id=submission.id)
        for cell, _, kind, notebook in self._cells:
            if kind in GRADED:
                yield Grade(cell_id=cell, notebook_id=ids[notebook])
            if kind in COMMENTED:
                yield Comment(cell_id=cell, notebook_id=ids[notebook])
