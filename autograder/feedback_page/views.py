"""What stands on a feedback page, as plain data. Texts are not escaped yet: the template does it.

Fields that end in `_html` hold markup that `markup` made safe.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Points:
    """Points earned, of those that can be earned; `earned` is None if it is not known yet."""

    earned: float | None
    worth: float

    @property
    def share(self) -> float:
        """The earned share, from 0 to 1."""
        if not self.earned or self.worth <= 0:
            return 0.0
        return min(max(self.earned / self.worth, 0.0), 1.0)

    @property
    def words(self) -> str:
        """The points in words, for example "2.5 of 3 points"."""
        if not self.worth:
            return "does not count"
        worth = plain_number(self.worth)
        unit = "point" if worth == "1" else "points"
        if self.earned is None:
            return f"worth {worth} {unit}"
        return f"{plain_number(self.earned)} of {worth} {unit}"


@dataclass(frozen=True)
class Picture:
    """A picture inside the page (a `data:` address), with the words for those who cannot see it."""

    address: str
    alt: str


@dataclass(frozen=True)
class Example:
    """An input on which the student's function is wrong."""

    wrong: str
    code_html: str
    answer: str
    expected: str
    picture: Picture | None


@dataclass(frozen=True)
class Training:
    """The runs of a training against the accuracy that is asked for, as shares from 0 to 1."""

    words: str
    accuracies: tuple[float, ...]
    threshold: float
    least: float

    def place(self, share: float) -> float:
        """Where a share lies on the axis from `least` to 1, in per cent."""
        return round(100 * min(max((share - self.least) / (1 - self.least), 0), 1), 2)


@dataclass(frozen=True)
class Test:
    """One test: whether it passed, its title, and why it did not pass.

    If an earlier test has the same example, it is left out, and `example_is_above` is true.
    """

    __test__ = False

    passed: bool
    title: str
    worth: str
    message: str = ""
    example: Example | None = None
    example_is_above: bool = False
    training: Training | None = None


@dataclass(frozen=True)
class Exercise:
    """One exercise. `state` is its outcome in words, `look` the sentence on where to begin.

    `hints` holds the steps of each hint. `same_message` replaces the messages of the tests that did
    not pass if it is the same for all of them. `output` is what another grader left below the test
    cell.
    """

    name: str
    anchor: str
    points: Points
    state: str
    is_right: bool
    tests: tuple[Test, ...] = ()
    same_message: str = ""
    concealed: str = ""
    remarks: tuple[str, ...] = ()
    hints: tuple[tuple[str, ...], ...] = ()
    suspect: str = ""
    suspect_line: str = ""
    look: str = ""
    code_html: str = ""
    comment_html: str = ""
    output: str = ""

    @property
    def failed(self) -> tuple[Test, ...]:
        """The tests that did not pass."""
        return tuple(test for test in self.tests if not test.passed)

    @property
    def passed(self) -> tuple[Test, ...]:
        """The tests that passed."""
        return tuple(test for test in self.tests if test.passed)

    @property
    def trainings(self) -> tuple[Training, ...]:
        """The trainings of all tests."""
        return tuple(test.training for test in self.tests if test.training)


@dataclass(frozen=True)
class Written:
    """A written answer. The rubric is there only if a person has marked the answer."""

    name: str
    anchor: str
    points: Points
    state: str
    question_html: str = ""
    answer_html: str = ""
    comment_html: str = ""
    rubric_html: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notice:
    """Sentences on the whole submission below a heading."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A whole feedback page; `rejected` says why the submission could not be graded."""

    title: str
    student: str
    points: Points
    late_penalty: float
    exercises: tuple[Exercise, ...]
    written: tuple[Written, ...]
    notices: tuple[Notice, ...] = ()
    rejected: str = ""
    others_html: tuple[str, ...] = ()

    @property
    def detailed_exercises(self) -> tuple[Exercise, ...]:
        """The exercises that have a section of their own."""
        return tuple(each for each in self.exercises if not self.rejected or each.comment_html)

    @property
    def detailed_written(self) -> tuple[Written, ...]:
        """The written answers that have a section of their own."""
        return tuple(each for each in self.written if not self.rejected or each.comment_html)

    @property
    def is_final(self) -> bool:
        """Whether all points are known."""
        points = [each.points for each in self.exercises] + [each.points for each in self.written]
        return all(each.earned is not None for each in points)

    @property
    def right(self) -> tuple[Exercise, ...]:
        """The exercises in which nothing is wrong."""
        return tuple(each for each in self.exercises if each.is_right)

    @property
    def look_first(self) -> Exercise | None:
        """The exercise to begin with: the first that is not right and has something to read."""
        return next((each for each in self.exercises if each.look), None)

    @property
    def waiting(self) -> int:
        """How many written answers a person has yet to mark."""
        return sum(each.points.earned is None for each in self.written)


def plain_number(value: float) -> str:
    """A number with at most two decimals and no zeros at its end."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
