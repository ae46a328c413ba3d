"""From a class's hand-ins to the pairs that are worth a look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from autograder.course.assignment import Assignment
from autograder.grading.reading import read_or_none
from autograder.grading.scheduling import handed_in
from autograder.similarity.answers import similar_answers
from autograder.similarity.code import similar_code
from autograder.similarity.code_parts import Code
from autograder.similarity.rarity import Fragment
from autograder.similarity.records import SimilarPair
from convgrade.submission import Submission
from convgrade.submission.released import Released


def similar_pairs(assignment: Assignment) -> Sequence[SimilarPair]:
    """Compare all hand-ins in `submitted/` with each other; the most remarkable pairs come first.

    Hand-ins that cannot be read are left out: grading reports them.
    """
    places = handed_in(assignment)
    read = {student: read_or_none(place, assignment, student) for student, place in places.items()}
    return similar_among(
        assignment,
        {student: each for student, each in read.items() if isinstance(each, Submission)},
    )


def similar_among(
    assignment: Assignment, hand_ins: Mapping[str, Submission]
) -> Sequence[SimilarPair]:
    """Compare the hand-ins of these students with each other, as `similar_pairs` does."""
    bank = list(right_answers(assignment))
    found = [
        *_similar_code(assignment, hand_ins, bank),
        *_similar_answers(assignment, hand_ins, bank),
    ]
    return sorted(found, key=lambda pair: (-pair.evidence, pair.first, pair.second, pair.where))


def _similar_code(
    assignment: Assignment, hand_ins: Mapping[str, Submission], bank: Sequence[Submission]
) -> Iterator[SimilarPair]:
    codes = {student: code_of(assignment, each) for student, each in hand_ins.items()}
    yield from similar_code(codes, course_fragments(assignment, bank))


def code_of(assignment: Assignment, hand_in: Submission) -> Code:
    """The code of a hand-in, ready for comparison."""
    return Code.of((cell.source for cell in hand_in.cells), _exercises(assignment))


def course_fragments(assignment: Assignment, bank: Iterable[Submission]) -> frozenset[Fragment]:
    """What the course's own code consists of: the release, its solution, and these right answers.

    It counts nothing.
    """
    given = [*assignment.release_cells, *assignment.source_cells]
    own = [cell.source for cell in given if cell.cell_type == "code"]
    codes = [Code.of(own, _exercises(assignment)), *(code_of(assignment, each) for each in bank)]
    return frozenset().union(*(code.all_fragments for code in codes))


def _exercises(assignment: Assignment) -> Mapping[str, str]:
    """The exercise of each function that the assignment asks for."""
    return {
        function: exercise.name
        for exercise in Released(assignment.release).exercises
        for function in exercise.functions
    }


def _similar_answers(
    assignment: Assignment, hand_ins: Mapping[str, Submission], bank: Sequence[Submission]
) -> Iterator[SimilarPair]:
    questions = [cell.source for cell in assignment.release_cells if cell.cell_type == "markdown"]
    for question in assignment.release.written:
        answers = {
            student: each.written[question]
            for student, each in hand_ins.items()
            if not assignment.release.is_blank(question, each.written.get(question, ""))
        }
        known = (each.written.get(question, "") for each in bank)
        usual = [*questions, assignment.model_answers.get(question, ""), *known]
        yield from similar_answers(question, answers, usual)


def right_answers(assignment: Assignment) -> Iterator[Submission]:
    """The course's right answers that can be read."""
    for path in sorted(assignment.right_solutions_folder.glob("[!.]*")):
        read = read_or_none(path, assignment, path.stem)
        if isinstance(read, Submission):
            yield read
