"""The whole made-up class of an assignment: every kind of submission, each with a student's name.

It is deterministic: the same course gives the same class.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.course.assignment import Assignment
from autograder.demo.broken import tampered, unreadable
from autograder.demo.honest import mistaken, of_other_releases, right, unfinished
from autograder.demo.hostile import hostile
from autograder.demo.made_up import MadeUp
from autograder.errors import CourseError

NAMES = (
    "ada",
    "adele",
    "agnes",
    "ahmed",
    "akira",
    "alba",
    "alma",
    "amina",
    "anders",
    "anya",
    "aoife",
    "arjun",
    "astrid",
    "bao",
    "beatriz",
    "bilal",
    "bruno",
    "camila",
    "carmen",
    "chidi",
    "chloe",
    "clara",
    "dalia",
    "dario",
    "devi",
    "diego",
    "edith",
    "elena",
    "elif",
    "emeka",
    "emil",
    "esther",
    "farah",
    "felix",
    "fiona",
    "freya",
    "gita",
    "goran",
    "greta",
    "hana",
    "haruto",
    "hugo",
    "ida",
    "igor",
    "imani",
    "ines",
    "ingrid",
    "isak",
    "ivan",
    "jana",
    "jasper",
    "jia",
    "joao",
    "jonas",
    "jun",
    "kai",
    "kamal",
    "karin",
    "katya",
    "kenji",
    "kofi",
    "lara",
    "leila",
    "lena",
    "leo",
    "lin",
    "lucia",
    "luka",
    "magda",
    "malik",
    "mara",
    "marek",
    "maya",
    "mei",
    "milan",
    "mina",
    "miro",
    "nadia",
    "naoki",
    "nils",
    "nina",
    "noor",
    "nora",
    "olaf",
    "olga",
    "omar",
    "oskar",
    "paula",
    "pavel",
    "petra",
    "priya",
    "rafael",
    "rana",
    "rosa",
    "ruben",
    "sami",
    "sara",
    "selma",
    "sven",
    "tala",
    "tariq",
    "tove",
    "uma",
    "vera",
    "viktor",
    "wanda",
    "yara",
    "yusuf",
    "zara",
    "zeno",
)


def made_up_class(assignment: Assignment, *, brief: bool = False) -> dict[str, MadeUp]:
    """Return every kind of submission by student; honest and other submissions are mixed.

    If something is trained, which takes seconds per submission, or if `brief` is set, only every
    third right, changed and hostile submission is included.
    """
    chosen = slice(None, None, 3) if assignment.training_terms or brief else slice(None)
    kinds = [
        *list(right(assignment))[chosen],
        *of_other_releases(assignment),
        *unfinished(assignment),
        *mistaken(assignment),
        *unreadable(assignment, assignment.solution_module),
        *list(tampered(assignment))[chosen],
        *list(hostile(assignment))[chosen],
    ]
    if len(kinds) > len(NAMES):
        raise CourseError(f"{len(kinds)} made-up submissions need more names than there are.")
    # A stride that shares no factor with the number of kinds visits each kind once.
    stride = next(step for step in (17, 19, 23, 29) if len(kinds) % step)
    mixed = [kinds[number * stride % len(kinds)] for number in range(len(kinds))]
    return dict(zip(NAMES, mixed, strict=False))


def write_class(assignment: Assignment, made_up: Mapping[str, MadeUp]) -> None:
    """Write `submitted/<student>/<assignment>/` for each submission."""
    for student, submission in made_up.items():
        folder = assignment.root / "submitted" / student / assignment.name
        folder.mkdir(parents=True)
        submission.write(folder)
