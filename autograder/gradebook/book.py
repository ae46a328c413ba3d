"""An open nbgrader gradebook: the rows of an assignment, of students and of their submissions.

It follows nbgrader's rules: a manual score or comment is never changed; an unchanged answer gets 0
and "No response."; nbgrader's plugin decides about late work. It reads no submission.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Base, Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, inspect, text
from traitlets.config import Config

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.gradebook.address import check_address
from autograder.gradebook.changes import Snapshot, snapshot_of
from autograder.gradebook.grades import has_no_score
from autograder.gradebook.late_penalty import late_penalties, rule_of
from autograder.nbgrader_bridge import configuration
from autograder.nbgrader_bridge.release import quiet_log


@dataclass(frozen=True)
class Standing:
    """The state of one submission in the gradebook: its points, their maximum, cells left to
    mark, and whether the tests or a person gave points anywhere.
    """

    score: float
    max_score: float
    to_mark: int
    is_graded: bool = True


class Book:
    """nbgrader's gradebook of a course as a context manager, opened once for many students.

    Changes are permanent after `commit`; `rollback` undoes those since the last commit.
    """

    def __init__(self, assignment: Assignment, config: Config) -> None:
        log, _ = quiet_log()
        self.assignment = assignment
        self.config = config
        self.db_url = check_address(assignment.root, config)
        self.folders = CourseDirectory(
            config=config, log=log, root=str(assignment.root), db_url=self.db_url
        )
        self._late = late_penalties(assignment.root, config)

    def __enter__(self) -> Self:
        _create_if_new(self.db_url)
        self._book = Gradebook(self.db_url, self.folders.course_id)
        # nbgrader commits after every step; here a student is one transaction, ended by `commit`.
        self._commit = self._book.db.registry().commit
        self._book.db.commit = self._book.db.flush
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    @property
    def gradebook(self) -> Any:
        """nbgrader's own object, for what only one module needs."""
        return self._book

    def is_registered(self) -> bool:
        """Whether the gradebook has this release: the same cells, with the same text and points."""
        name = self.assignment.name
        try:
            notebook = self._book.find_notebook(name, name)
        except MissingEntry:
            return False
        points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
        known = {
            cell.name: (cell.checksum, points.get(cell.name)) for cell in notebook.source_cells
        }
        released = {
            cell.grade_id: (cell.nbgrader.get("checksum"), _points(cell.nbgrader))
            for cell in self.assignment.release_cells
            if cell.grade_id
        }
        return known == released

    def students(self) -> set[str]:
        """All students in the gradebook."""
        return {student.id for student in self._book.students}

    def add_student(self, student: str) -> None:
        """Add the student if the gradebook does not have them."""
        self._book.update_or_create_student(student)

    def add_submission(self, student: str, timestamp: datetime | None) -> None:
        """Add the student's submission if it is missing; set its time (UTC) if it is known."""
        self.add_student(student)
        when = {"timestamp": timestamp} if timestamp else {}
        self._book.update_or_create_submission(self.assignment.name, student, **when)

    def save(
        self, student: str, notebook: NotebookNode, previous: Mapping[str, str] | None = None
    ) -> None:
        """Store the scores and comments in the cells of a graded notebook.

        Args:
            student: a student who has a submission already.
            notebook: the notebook from the preprocessors.
            previous: the texts of the cells when they were last graded, by id. A cell that a person
                has marked needs marking again only if its text or its automatic score has changed.
        """
        entry = self._entry(student)
        grades = {grade.name: grade for grade in entry.grades}
        comments = {comment.name: comment for comment in entry.comments}
        same = bool(previous) and previous == texts(notebook)
        for cell in notebook.cells:
            roles = cell.metadata.get("nbgrader", {})
            if roles.get("grade") and has_no_score(cell):
                _leave_ungraded(grades[roles.grade_id], same=same)
            elif roles.get("grade"):
                _grade(grades[roles.grade_id], cell, (previous or {}).get(roles.grade_id))
            if roles.get("solution"):
                unanswered = roles.get("checksum") == utils.compute_checksum(cell)
                comments[roles.grade_id].auto_comment = "No response." if unanswered else None
        self._book.db.flush()

    def apply_lateness(self, student: str) -> None:
        """Set the penalty of the course's plugin, as nbgrader does after grading."""
        entry = self._entry(student)
        seconds = entry.assignment.total_seconds_late
        penalty = None
        if seconds > 0:
            self._book.db.refresh(entry)
            penalty = self._late.plugin_inst.late_submission_penalty(student, entry.score, seconds)
            if penalty is not None:
                penalty = self._late._check_late_penalty(entry, penalty)
        if entry.late_submission_penalty != penalty:
            entry.late_submission_penalty = penalty
            self._book.db.flush()

    def late_students(self) -> list[str]:
        """The students whose work came late, or who have a late penalty, sorted."""
        entries = self._book.assignment_submissions(self.assignment.name)
        return sorted(
            each.student.id
            for each in entries
            if each.total_seconds_late > 0 or each.late_submission_penalty
        )

    def late_rule(self) -> str:
        """The due date and what late work costs, in words; "" if there is no due date."""
        try:
            due = self._book.find_assignment(self.assignment.name).duedate
        except MissingEntry:
            return ""
        return (
            f"due {due:%Y-%m-%d %H:%M} UTC; late: {rule_of(self._late.plugin_inst)}" if due else ""
        )

    def give_extra_time(self, student: str, hours: float) -> None:
        """Set the time after the due date that this student has, and the penalty with it.

        Raises:
            CourseError: the assignment has no due date.
        """
        if self._book.find_assignment(self.assignment.name).duedate is None:
            raise CourseError(f"{self.assignment.name} has no due date: set one in formgrader.")
        self.add_student(student)
        known = self.has_submission(student)
        self._book.update_or_create_submission(
            self.assignment.name, student, extension=timedelta(hours=hours)
        )
        if not known:  # nothing is handed in yet, so that there is nothing to mark
            for grade in self._entry(student).grades:
                grade.needs_manual_grade = False
        self.apply_lateness(student)

    def snapshot(self, student: str) -> Snapshot:
        """The scores of a student's submission as they are now; empty if there is none."""
        if not self.has_submission(student):
            return Snapshot()
        return snapshot_of(self._book.db, self._entry(student))

    def has_submission(self, student: str) -> bool:
        """Whether the gradebook has a submission of this student."""
        try:
            self._book.find_submission(self.assignment.name, student)
        except MissingEntry:
            return False
        return True

    def ask_for_attention(self, student: str, exercises: Container[str] | None = None) -> None:
        """Mark what could not be graded for a person; change no score.

        Written answers, and cells that a person has scored, are not affected.

        Args:
            student: a student who has a submission already.
            exercises: the grade cells concerned; all of them if None.
        """
        graded = {exercise.grade_id for exercise in self.assignment.exercises}
        for grade in self._entry(student).grades:
            if grade.name in graded and (exercises is None or grade.name in exercises):
                _leave_ungraded(grade, same=True)

    def commit(self) -> None:
        """Commit the changes since the last commit."""
        self._commit()

    def rollback(self) -> None:
        """Roll back the changes since the last commit."""
        self._book.db.rollback()

    def standing(self) -> dict[str, Standing]:
        """Return each student's state as nbgrader exports it, with late penalties subtracted."""
        found = {}
        for submission in self._book.assignment_submissions(self.assignment.name):
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            found[submission.student.id] = Standing(
                round(max(0.0, submission.score - (submission.late_submission_penalty or 0.0)), 2),
                submission.max_score,
                sum(grade.needs_manual_grade for grade in grades if grade.max_score),
                any(g.auto_score is not None or g.manual_score is not None for g in grades),
            )
        return found

    def scores(self) -> dict[str, dict[str, Any]]:
        """Per student: score, maximum, penalty, whether marking is left, and each cell's score."""
        table: dict[str, dict[str, Any]] = {}
        for submission in self._book.assignment_submissions(self.assignment.name):
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            table[submission.student.id] = {
                "score": round(submission.score, 2),
                "max_score": submission.max_score,
                "late_penalty": submission.late_submission_penalty,
                "needs_marking": any(grade.needs_manual_grade for grade in grades),
                "cells": {grade.name: grade.score for grade in grades},
            }
        return table

    def _entry(self, student: str) -> Any:
        name = self.assignment.name
        return self._book.find_submission_notebook(name, name, student)


def _create_if_new(db_url: str) -> None:
    """Create an empty gradebook; nbgrader would start a program for its version number."""
    engine = create_engine(db_url)
    try:
        if inspect(engine).get_table_names():
            return
        version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
        with engine.begin() as connection:
            Base.metadata.create_all(connection)
            connection.execute(
                text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            )
            connection.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": version})
    finally:
        engine.dispose()


def open_book(assignment: Assignment) -> Book:
    """Open the gradebook that the course's `nbgrader` commands use."""
    return Book(assignment, configuration.load(assignment.root))


def _grade(grade: Any, cell: NotebookNode, previous: str | None) -> None:
    settled = grade.manual_score is not None and not grade.needs_manual_grade
    before = grade.auto_score
    grade.auto_score, _ = utils.determine_grade(cell)
    unchanged = settled and previous == cell.source and before == grade.auto_score
    marked = grade.manual_score is not None or grade.auto_score is None
    grade.needs_manual_grade = marked and not unchanged


def _leave_ungraded(grade: Any, *, same: bool) -> None:
    """Give no score, which is not zero: the score of an earlier run or of a person stays.

    The cell is marked for a person, unless a person has marked it and it is the `same` work.
    """
    settled = grade.manual_score is not None and not grade.needs_manual_grade
    grade.needs_manual_grade = not (settled and same)


def texts(notebook: NotebookNode | None) -> dict[str, str]:
    """The text of each cell that has an nbgrader id."""
    cells = notebook.cells if notebook is not None else []
    named = ((cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source) for cell in cells)
    return {name: source for name, source in named if name}


def _points(roles: Mapping[str, Any]) -> float | None:
    return float(roles["points"]) if roles.get("grade") else None
