"""Hand-ins that are alike are pointed out; what is alike by nature is not."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from disguises import DISGUISES, renamed

from autograder.course.assignment import Assignment, load_assignment
from autograder.demo import make_course
from autograder.demo.notebooks import filled, write_notebook
from autograder.similarity import SimilarPair, similar_pairs
from autograder.similarity.code_tokens import code_tokens
from autograder.similarity.fragments import all_fragments
from autograder.similarity.normal_form import normal_lines

ROOT = Path(__file__).parents[2]
NAME = "pooling_padding"
BANK = ROOT / "tests" / "right" / NAME
WORK = (BANK / "loops.py").read_text(encoding="utf-8")
"""Somebody's work: the course below does not have it among its right solutions."""
OTHERS = ("reusing", "strided", "im2col", "typed")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_course(ROOT, tmp_path_factory.mktemp("similarity") / "course")
    (root / "tests" / "right" / NAME / "loops.py").unlink()
    return root


@pytest.fixture
def assignment(course: Path) -> Assignment:
    shutil.rmtree(course / "submitted", ignore_errors=True)
    return load_assignment(NAME, course)


def hand_in(assignment: Assignment, student: str, code: str) -> None:
    folder = assignment.root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.py").write_text(code, encoding="utf-8")


def answered(assignment: Assignment, student: str, answers: dict[str, str]) -> None:
    """Hand in a notebook without code, with these written answers."""
    notebook = filled(assignment, "")
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(name, cell["source"])
    folder = assignment.root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    write_notebook(folder / f"{NAME}.ipynb", notebook)


def names(pairs: list[SimilarPair]) -> set[tuple[str, str]]:
    return {(pair.first, pair.second) for pair in pairs}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_copy_is_pointed_out(assignment: Assignment, disguise: str) -> None:
    for other in OTHERS:
        hand_in(assignment, other, (BANK / f"{other}.py").read_text(encoding="utf-8"))
    hand_in(assignment, "zoe", WORK)
    hand_in(assignment, "adam", DISGUISES[disguise](WORK, 0.6, Random(1)))
    (pair,) = similar_pairs(assignment)
    assert (pair.first, pair.second, pair.kind) == ("adam", "zoe", "code")
    assert "max_pool2d" in pair.where
    assert 0.25 < pair.share <= 1


def test_the_passages_show_what_is_alike_as_each_wrote_it(assignment: Assignment) -> None:
    hand_in(assignment, "zoe", WORK)
    hand_in(assignment, "adam", renamed(WORK, 1, Random(1)))
    (pair,) = similar_pairs(assignment)
    passages = [passage for passage in pair.passages if "best" in passage[1]]
    assert passages
    for of_adam, of_zoe in passages:
        assert of_zoe in WORK
        assert "my_" in of_adam


def test_right_solutions_of_different_people_are_not(assignment: Assignment) -> None:
    """None of them is among the course's own here, except for one in two formats."""
    for path in BANK.glob("*.py"):
        if path.name != "percent.py":
            hand_in(assignment, path.stem, path.read_text(encoding="utf-8"))
    bank = assignment.root / "tests" / "right" / NAME
    bank.rename(bank.with_name("away"))
    try:
        assert similar_pairs(assignment) == []
    finally:
        bank.with_name("away").rename(bank)


def test_one_copied_function_is_pointed_out_by_its_name(assignment: Assignment) -> None:
    begin, end = (WORK.index(f"def {name}(") for name in ("zero_pad2d", "plan"))
    other = (BANK / "reusing.py").read_text(encoding="utf-8")
    hand_in(assignment, "zoe", WORK)
    hand_in(assignment, "adam", other + "\n\n" + renamed(WORK[begin:end], 1, Random(1)))
    assert [pair.where for pair in similar_pairs(assignment)] == ["zero_pad2d"]


def test_what_the_course_gives_counts_nothing(assignment: Assignment) -> None:
    release = assignment.release_notebook.with_suffix(".py").read_text(encoding="utf-8")
    solution = assignment.solution_module.read_text(encoding="utf-8")
    right = (BANK / "strided.py").read_text(encoding="utf-8")
    for number, code in enumerate((release, solution, right)):
        hand_in(assignment, f"adam{number}", code)
        hand_in(assignment, f"zoe{number}", renamed(code, 1, Random(1)))
    assert similar_pairs(assignment) == []


def test_what_many_of_a_class_have_counts_nothing(assignment: Assignment) -> None:
    for number in range(8):
        hand_in(assignment, f"student{number}", renamed(WORK, 1, Random(number)))
    assert similar_pairs(assignment) == []


def test_code_that_cannot_be_parsed_is_compared_by_tokens(assignment: Assignment) -> None:
    hand_in(assignment, "zoe", WORK)
    hand_in(assignment, "adam", renamed(WORK, 1, Random(1)).replace("):\n", ") ->:\n"))
    assert names(similar_pairs(assignment)) == {("adam", "zoe")}


def test_rare_comments_and_strings_are_enough(assignment: Assignment) -> None:
    remarks = [f"    # as remarkd by Alice in lecture {number}" for number in range(25)]
    for student, other in (("adam", "reusing"), ("zoe", "strided")):
        code = (BANK / f"{other}.py").read_text(encoding="utf-8")
        hand_in(assignment, student, "\n".join([code, "def mine():", *remarks, "    return 1"]))
    (pair,) = similar_pairs(assignment)
    assert pair.where == "comments and strings"
    assert 0.5 < pair.share <= 1
    assert remarks[0].strip("# ") in pair.traces


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "-" * 100_000 + "1",
        "x = a" + ".b" * 100_000,
        "x = " + "[" * 50_000,
        "y = 1\n" * 50_000,
        "def max_pool2d(x):\n    return '\ud800'",
        "x = '\x1b[31m' # \x00 \x07",
        "",
    ],
    ids=["minus", "attributes", "brackets", "long", "surrogate", "control", "empty"],
)
def test_no_text_stops_the_comparison(assignment: Assignment, code: str) -> None:
    for student in ("adam", "zoe"):
        folder = assignment.root / "submitted" / student / NAME
        folder.mkdir(parents=True)
        text = f"def max_pool2d(x):\n    return x\n\n\n{code}\n"
        (folder / f"{NAME}.py").write_bytes(text.encode("utf-8", "surrogatepass"))
    hand_in(assignment, "first", WORK)
    hand_in(assignment, "second", WORK)
    assert ("first", "second") in names(similar_pairs(assignment))


def test_a_class_of_none_or_one_has_no_pairs(assignment: Assignment) -> None:
    assert similar_pairs(assignment) == []
    hand_in(assignment, "zoe", WORK)
    assert similar_pairs(assignment) == []


# -- written answers -----------------------------------------------------------------------

QUESTION = "purpose_of_pooling"
ANSWER = """My grandmother's photo album is how I think of it: from two metres away all I see is
where the bright dresses are. Pooling steps back in the same manner and keeps one number of every
four. In my own test a map of 28 by 28 shrank to 14 by 14, so the next layer did a quarter of the
multiplications. A unit two layers up then saw 10 pixels of the picture in place of 5. A cat's ear
that moves one pixel to the left mostly ends in the same cell, though not always. What is lost is
the exact spot, and with it fine texture such as whiskers."""
OTHER_ANSWER = """Downsampling is the main reason. With a window of two and a stride of two, height
and width are halved, which saves memory and computation later on. Receptive fields grow faster
with depth. Small translations change the output only a little, but invariance is not perfect. On
the other hand precise positions disappear, so segmentation networks use it with care."""


def test_a_copied_answer_is_pointed_out_with_its_sentences(assignment: Assignment) -> None:
    sentences = ANSWER.replace("\n", " ").replace("photo album", "picture book").split(". ")
    answered(assignment, "zoe", {QUESTION: ANSWER})
    answered(assignment, "adam", {QUESTION: ". ".join(reversed(sentences)) + "."})
    answered(assignment, "mary", {QUESTION: OTHER_ANSWER})
    (pair,) = similar_pairs(assignment)
    assert (pair.first, pair.second, pair.kind, pair.where) == ("adam", "zoe", "answer", QUESTION)
    assert pair.share > 0.9
    assert any("picture book" in one and "photo album" in other for one, other in pair.passages)


def test_words_of_the_question_and_the_model_answer_count_nothing(assignment: Assignment) -> None:
    model = assignment.model_answers[QUESTION]
    answered(assignment, "adam", {QUESTION: model + " One word."})
    answered(assignment, "zoe", {QUESTION: "Other words. " + model})
    assert similar_pairs(assignment) == []


def test_a_short_answer_is_no_copy(assignment: Assignment) -> None:
    for student in ("adam", "zoe"):
        answered(assignment, student, {QUESTION: "It makes maps smaller, so less work remains."})
    assert similar_pairs(assignment) == []


# -- one form for code that can be written in several -----------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x += 1", "x = x + 1"),
        ("y = a > b", "y = b < a"),
        ("x: int = 3", "x = 0x3"),
        ("def f(a: int) -> int:\n    'Doc.'\n    return a", "def f(a):  # f\n  return (a)"),
        (
            "for i in range(2, n):\n    f(i)",
            "i = 2\nwhile i < n:\n    f(i)\n    i += 1",
        ),
        ("if a:\n    f()\nelif b:\n    g()", "if a:\n    f()\nelse:\n    if b:\n        g()"),
    ],
)
def test_code_has_one_form(one: str, other: str) -> None:
    assert codes(one) == codes(other)


def test_other_code_has_another_form() -> None:
    assert codes("x -= 1") != codes("x += 1")
    assert codes("y = a >= b") != codes("y = a > b")


def test_code_that_cannot_be_parsed_has_none() -> None:
    assert normal_lines("def f(:\n    pass") is None


def codes(text: str) -> list[str]:
    lines = normal_lines(text)
    assert lines is not None
    return [line.code for line in lines]


def test_chosen_names_count_by_their_order() -> None:
    def fragments(text: str) -> list[int]:
        return all_fragments(code_tokens(text, frozenset({"pool"})), 5)

    assert fragments("y = a - b") == fragments("z = u - v")
    assert fragments("y = a - b") != fragments("y = a - a")
    assert fragments("y = pool(b, c)") != fragments("y = other(b, c)")
    assert fragments("y = np.max(b)") != fragments("y = np.min(b)")
