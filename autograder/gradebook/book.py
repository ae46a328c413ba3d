"""An open nbgrader gradebook: the rows of an assignment, of students and of their submissions.

nbgrader's plugin decides about late work. It reads no submission.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Self

from alembic.script import ScriptDirectory
from nbgrader.api import Base, Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, inspect, text
from traitlets.config import Config

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.gradebook.address import check_address
from autograder.gradebook.cell_scores import GradedNotebook, leave_ungraded, store
from autograder.gradebook.changes import CellState, Snapshot
from autograder.gradebook.late_penalty import late_penalties, rule_of
from autograder.gradebook.standing import Standing, standing_in
from autograder.gradebook.submission_rows import SubmissionRows
from autograder.nbgrader_bridge import configuration
from autograder.nbgrader_bridge.release import quiet_log


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
        # nbgrader commits after every step; here many are one transaction, ended by `commit`.
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

    def add_students(self, students: Collection[str]) -> None:
        """Add the students that the gradebook does not have."""
        self._rows.add(students)

    def submit(self, times: Mapping[str, datetime | None]) -> None:
        """Add the students' submissions that are missing; set the time (UTC) of those whose time
        is known.
        """
        self._rows.submit(times)

    def save(self, graded: Mapping[str, GradedNotebook]) -> None:
        """Store the scores and comments in the cells of graded notebooks.

        Args:
            graded: by student, each of whom has a submission already.
        """
        notebooks = self._notebooks(graded)
        grades, comments = self._rows.grades(notebooks), self._rows.comments(notebooks)
        for student, each in graded.items():
            store(each, grades[student], comments[student])
        self._book.db.flush()

    def apply_lateness(self, students: Collection[str]) -> None:
        """Set the penalty of the course's plugin, as nbgrader does after grading."""
        notebooks = self._notebooks(students)
        late = {
            student: seconds
            for student, entry in notebooks.items()
            if (seconds := entry.assignment.total_seconds_late) > 0
        }
        scores = self._rows.scores([notebooks[student] for student in late])
        for student, entry in notebooks.items():
            penalty = None
            if student in late:
                penalty = self._penalty(student, scores.get(entry.id, 0.0), late[student])
            if entry.late_submission_penalty != penalty:
                entry.late_submission_penalty = penalty
        self._book.db.flush()

    def _penalty(self, student: str, score: float, seconds_late: float) -> float | None:
        penalty = self._late.plugin_inst.late_submission_penalty(student, score, seconds_late)
        if penalty is None:
            return None
        return float(self._late._check_late_penalty(SimpleNamespace(score=score), penalty))

    def late_students(self) -> list[str]:
        """The students whose work came late, or who have a late penalty, sorted."""
        return sorted(
            student
            for student, entry in self._notebooks(None).items()
            if entry.assignment.total_seconds_late > 0 or entry.late_submission_penalty
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
        self.add_students([student])
        known = self.has_submission(student)
        self._book.update_or_create_submission(
            self.assignment.name, student, extension=timedelta(hours=hours)
        )
        if not known:  # nothing is handed in yet, so that there is nothing to mark
            for grade in self._grades(student).values():
                grade.needs_manual_grade = False
        self.apply_lateness([student])

    def snapshots(self, students: Collection[str]) -> dict[str, Snapshot]:
        """The scores of these students' submissions as they are now, of those who have one."""
        notebooks = self._notebooks(students)
        states = self._rows.states(notebooks)
        return {
            student: Snapshot(
                {name: CellState(*state) for name, state in states[student].items()},
                entry.late_submission_penalty or 0.0,
                entry.assignment.total_seconds_late,
            )
            for student, entry in notebooks.items()
        }

    def snapshot(self, student: str) -> Snapshot:
        """The scores of a student's submission as they are now; empty if there is none."""
        return self.snapshots([student]).get(student, Snapshot())

    def has_submission(self, student: str) -> bool:
        """Whether the gradebook has a submission of this student."""
        return bool(self._rows.submissions([student]))

    def ask_for_attention(self, student: str, exercises: Container[str] | None = None) -> None:
        """Mark what could not be graded for a person; change no score.

        Written answers, and cells that a person has scored, are not affected.

        Args:
            student: a student who has a submission already.
            exercises: the grade cells concerned; all of them if None.
        """
        graded = {exercise.grade_id for exercise in self.assignment.exercises}
        for name, grade in self._grades(student).items():
            if name in graded and (exercises is None or name in exercises):
                leave_ungraded(grade, same=True)

    def commit(self) -> None:
        """Commit the changes since the last commit."""
        self._commit()

    def rollback(self) -> None:
        """Roll back the changes since the last commit."""
        self._book.db.rollback()

    def standing(self) -> dict[str, Standing]:
        """Return each student's state as nbgrader exports it, with late penalties subtracted."""
        return standing_in(self._book.db, self.assignment.name)

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

    @cached_property
    def _rows(self) -> SubmissionRows:
        return SubmissionRows(self._book.db, self.assignment.name)

    def _notebooks(self, students: Collection[str] | None) -> dict[str, Any]:
        """nbgrader's submitted notebooks of these students, or of all."""
        return self._rows.notebooks(self._rows.submissions(students))

    def _grades(self, student: str) -> dict[str, Any]:
        return self._rows.grades(self._notebooks([student]))[student]


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


def _points(roles: Mapping[str, Any]) -> float | None:
    return float(roles["points"]) if roles.get("grade") else None
