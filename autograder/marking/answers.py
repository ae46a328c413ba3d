"""The written answers of a class: which there are, in which order, and what stands in them.

A marker sees no names. The order is drawn from the course's secret, so it is another one for each
question and the same one every day.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course.assignment import Assignment
from autograder.course.rubrics import RubricItem, rubric_items
from autograder.errors import CourseError
from autograder.feedback_page.handed_in import HandedIn
from autograder.feedback_page.page import heading_and_text
from autograder.gradebook.feedback import graded_notebook
from autograder.gradebook.written_marks import Mark, MarkChanged, marks, save
from autograder.grading.result_store import as_graded
from autograder.grading.seeds import course_secret

MOST_EARLIER_COMMENTS = 8


@dataclass(frozen=True)
class Question:
    """A written question: its cell's id, its place, heading, text, points, model answer, rubric."""

    grade_id: str
    number: int
    name: str
    text: str
    worth: float
    model_answer: str
    items: tuple[RubricItem, ...]


@dataclass(frozen=True)
class Answer:
    """One answer, known by a key that says nothing of the student; `cell` is None if it is gone.

    `model_answer` is the one of the student's variant.
    """

    key: str
    student: str
    mark: Mark
    cell: NotebookNode | None = None
    model_answer: str = ""

    @property
    def version(self) -> str:
        """A text that differs whenever the answer or its mark differs."""
        text = "" if self.cell is None else self.cell.source
        return hashlib.sha256(f"{self.mark.version} {text}".encode()).hexdigest()[:16]


class Answers:
    """The written answers to one assignment, read anew from gradebook and notebooks each time."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self._secret = course_secret(assignment.root)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The written questions that count, in order."""
        released = nbformat.read(self.assignment.release_notebook, as_version=4)
        worth = {each.name: each.points for each in self.assignment.written}
        found: list[Question] = []
        for asked in HandedIn(released, self.assignment.release_cells).questions:
            name, text = heading_and_text(asked)
            points = worth.get(asked.grade_id, 0.0)
            if not points:
                continue  # it does not count any more
            model = self.assignment.model_answers.get(asked.grade_id, "")
            items = rubric_items(model, points)
            found.append(Question(asked.grade_id, len(found) + 1, name, text, points, model, items))
        return tuple(found)

    def require_usable(self) -> None:
        """Read the marks once.

        Raises:
            CourseError: the gradebook cannot be used.
        """
        for question in self.questions:
            self.of(question)

    def of(self, question: Question) -> list[Answer]:
        """All answers to a question in the marker's order, without what stands in them.

        Raises:
            CourseError: the gradebook cannot be used.
        """
        found = marks(self.assignment, question.grade_id)
        answers = [Answer(self._key(question, who), who, mark) for who, mark in found.items()]
        return sorted(answers, key=lambda answer: answer.key)

    def with_text(self, question: Question, answer: Answer) -> Answer:
        """Return an answer with its cell in the graded notebook."""
        path = graded_notebook(self.assignment, answer.student)
        own = as_graded(self.assignment, answer.student)
        return replace(
            answer,
            cell=self._cell(path, question),
            model_answer=own.model_answers.get(question.grade_id, question.model_answer),
        )

    def save(self, question: Question, answer: Answer, mark: Mark, seen: str) -> None:
        """Store the mark of an answer that was read with its text.

        Raises:
            MarkChanged: the answer or its mark is not the one that the marker saw.
            CourseError: the gradebook cannot be used.
        """
        if answer.version != seen:
            raise MarkChanged("This answer or its mark was changed meanwhile.")
        save(self.assignment, question.grade_id, answer.student, mark, answer.mark.version)

    def _key(self, question: Question, student: str) -> str:
        text = f"marking\0{self.assignment.name}\0{question.grade_id}\0{student}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:16]

    def _cell(self, path: Path, question: Question) -> NotebookNode | None:
        try:
            notebook = nbformat.read(path, as_version=4)
        except (OSError, ValueError, nbformat.ValidationError):
            return None
        return HandedIn(notebook, self.assignment.release_cells).answer(question.grade_id)


def earlier_comments(answers: Sequence[Answer], answer: Answer) -> list[str]:
    """The comments on other answers to the same question, those that were given most often first.

    They are few, and without those that the answer has already.
    """
    paragraphs = Counter(
        paragraph.strip()
        for other in answers
        if other.key != answer.key
        for paragraph in dict.fromkeys(other.mark.comment.split("\n\n"))
    )
    new = [text for text, _ in paragraphs.most_common() if text and text not in answer.mark.comment]
    return new[:MOST_EARLIER_COMMENTS]


def answers_of(assignment: Assignment) -> Answers:
    """Return the written answers to an assignment.

    Raises:
        CourseError: it has no written questions.
    """
    answers = Answers(assignment)
    if not answers.questions:
        raise CourseError(f"{assignment.name} has no written questions to mark.")
    return answers
