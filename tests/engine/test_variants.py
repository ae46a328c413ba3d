"""Variants: the text, the release of each student, and grading by the student's own contract."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from graders import ISOLATION, grade
from variant_course import NAME, SETTINGS, right, write_variant_course

from autograder import variants as forms
from autograder.authoring import build, variant_releases
from autograder.course.assignment import AskedExamples, Assignment, load_assignment
from autograder.course.variants import Variant, students_variants, table_of, variant_from_mark
from autograder.errors import CourseError, SuiteError
from autograder.grading.result_store import stored
from autograder.grading.scheduling import grade_class
from autograder.grading.watching import Watcher
from autograder.questions.preparing import Preparing
from autograder.results import Result
from autograder.sandbox import Handle
from autograder.variants.options import declared, reworded
from autograder.variants.resolving import resolved
from convgrade.submission import read

SECRET = bytes(range(32))
ALL = [dict(zip(("order", "layout"), each, strict=True)) for each in itertools.product(
    ("before", "after"), ("rows", "columns"))]  # fmt: skip
STUDENTS = {"".join(part[0] for part in each.values()): each for each in ALL}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """A course with a student of each variant, named by its options."""
    assignment = write_variant_course(tmp_path_factory.mktemp("course"))
    path = table_of(assignment.root, NAME)
    path.parent.mkdir(parents=True)
    rows = [f"{student},{each['order']},{each['layout']}" for student, each in STUDENTS.items()]
    path.write_text("\n".join(["student,order,layout", *rows]), encoding="utf-8")
    variant_releases.build_for_students(assignment, list(STUDENTS), SECRET)
    return assignment


def graded(course: Assignment, student: str, text: str, file: Path, **options: object) -> Result:
    file.write_text(text, encoding="utf-8")
    return grade(file, course, bytes(32), student=student, **options)  # type: ignore[arg-type]


# -- the text ------------------------------------------------------------------------------


def test_the_default_release_has_the_first_passages_and_no_mark(course: Assignment) -> None:
    text = course.release_notebook.with_suffix(".py").read_text(encoding="utf-8")
    assert "The first of the amounts is added before" in text
    assert "added after" not in text
    assert "VARIANT" not in text
    assert "Variant" not in text


@pytest.mark.parametrize("student", STUDENTS)
def test_a_release_says_what_its_variant_asks_for(course: Assignment, student: str) -> None:
    folder = variant_releases.student_folder(course, student)
    text = (folder / f"{NAME}.py").read_text(encoding="utf-8")
    chosen = STUDENTS[student]
    assert ("(rows, columns)" in text) == (chosen["layout"] == "rows")
    assert ("pair (before, after)" in text) == (chosen["order"] == "before")
    assert f"Variant: order={chosen['order']}, layout={chosen['layout']}" in text
    assert "VARIANT" not in text
    assert "np.pad" not in text
    notebook = json.loads((folder / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4


@pytest.mark.parametrize("student", STUDENTS)
def test_the_solution_of_a_variant_passes_its_public_examples(
    course: Assignment, student: str
) -> None:
    own = course.of_student(student)
    code = (own.variant_staff_folder / f"{NAME}.py").read_text(encoding="utf-8")
    checks = [cell.source for cell in own.release_cells if cell.is_grade and not cell.is_solution]
    space: dict[str, object] = {}
    exec(code, space)
    exec("from convgrade import check\n" + checks[0], space)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("### VARIANT order = before\nx", "line 1: the VARIANT has no END VARIANT"),
        ("x\n### END VARIANT", "line 2: no VARIANT stands above"),
        ("### VARIANT size = 3\n### END VARIANT", "names no difference; declared are: order"),
        ("### VARIANT order\n### END VARIANT", "names no difference"),
        ("### VARIANT order = above\n### END VARIANT", "order has no option 'above'"),
    ],
)
def test_wrong_marks_are_named_with_their_line(course: Assignment, text: str, says: str) -> None:
    default = Variant((("order", "before"), ("layout", "rows")))
    with pytest.raises(CourseError, match=says):
        resolved(text, default, declared(course), "padding.py")


def test_words_do_not_change_what_another_one_wrote() -> None:
    words = {"rows": "columns", "columns": "rows", "two columns": "2 rows"}
    assert reworded("rows, columns, two columns", words) == "columns, rows, 2 rows"


def test_model_answers_are_those_of_the_variant(course: Assignment) -> None:
    assert "each row" in course.model_answers["why"]
    assert "each column" in course.of_student("ac").model_answers["why"]
    assert "each row" in course.of_student("ar").model_answers["why"]


# -- forms ---------------------------------------------------------------------------------

FORMS = {
    "axes": (forms.axes(0, 3, 1, 2), np.arange(24.0).reshape(1, 2, 3, 4)),
    "mirrored": (forms.mirrored(0, 1), np.arange(6.0).reshape(2, 3)),
    "negated": (forms.negated(), np.array([0, 3, 255], np.uint8)),
    "negated floats": (forms.negated(), np.array([-1.5, np.inf, 0.25])),
    "negated bool": (forms.negated(), True),
    "negated int": (forms.negated(), -7),
    "scaled": (forms.scaled(4.0), np.array([1.5, -2.0], np.float32)),
    "shifted": (forms.shifted(1), 5),
    "complement": (forms.complement(), 0.25),
    "swapped": (forms.swapped(), (1, 2)),
    "each": (forms.each(forms.swapped()), [(1, 2), (3, 4)]),
    "items": (forms.items(None, forms.negated()), (3, 4)),
    "entries": (forms.entries(a=forms.swapped()), {"a": (1, 2), "b": (3, 4)}),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_and_its_way_back_undo_each_other(name: str) -> None:
    form, value = FORMS[name]
    there = form.into(value)
    assert not np.array_equal(np.asarray(there, object), np.asarray(value, object))
    again = form.out_of(there)
    assert type(again) is type(value)
    np.testing.assert_array_equal(again, value)
    if isinstance(value, np.ndarray):
        assert again.dtype == value.dtype


UNFIT = [
    None, "text", "x" * 100_000, b"", float("nan"), {}, [], [[1], [2, 3]], object(), 10**400,
    Handle(1, 1, "Model"), np.array("a"), np.array([object()]), np.zeros((0, 3)),
]  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("value", UNFIT, ids=lambda value: type(value).__name__)
def test_no_form_raises_on_what_a_student_returns(name: str, value: object) -> None:
    form, _ = FORMS[name]
    form.into(value)
    form.out_of(value)


# -- grading -------------------------------------------------------------------------------


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize("answer", STUDENTS)
def test_only_an_answer_to_the_own_variant_earns_points(
    course: Assignment, student: str, answer: str, tmp_path: Path
) -> None:
    result = graded(course, student, right(**STUDENTS[answer]), tmp_path / "work.py")
    assert result.status == "graded", result.reason
    assert result.score == (4 if student == answer else 0)
    chosen = STUDENTS[student]
    assert result.variant == f"order={chosen['order']}, layout={chosen['layout']}"


@pytest.mark.parametrize("student", STUDENTS)
def test_advice_is_in_the_form_and_the_words_of_the_variant(
    course: Assignment, student: str, tmp_path: Path
) -> None:
    wrong = right(**STUDENTS[student]).replace("(before, after)", "(before, 0)")
    result = graded(
        course, student, wrong, tmp_path / "work.py", advice=("hints", "counterexamples")
    )
    assert result.score == 0
    (exercise,) = result.exercises
    failed = next(test for test in exercise.tests if not test.passed)
    line = {"rows": "each row", "columns": "each column"}[STUDENTS[student]["layout"]]
    assert line in failed.title
    assert [hint.misconception for hint in exercise.hints] == ["pad_only_before"]
    assert line in exercise.hints[0].steps[0]
    example = failed.counterexample
    assert example is not None
    space: dict[str, object] = {}
    exec(wrong, space)
    printed: list[str] = []
    space["print"] = lambda value: printed.append(str(value))
    exec(example.code, space)
    assert printed == [example.answer]
    exec(right(**STUDENTS[student]), space)
    exec(example.code, space)
    assert printed[1] == example.expected


def test_a_message_gives_the_shape_that_the_student_returned(
    course: Assignment, tmp_path: Path
) -> None:
    chosen = STUDENTS["ac"]
    wrong = right(**chosen).replace("((before, after), (0, 0))", "((before, 9), (0, 0))")
    result = graded(course, "ac", wrong, tmp_path / "work.py")
    message = result.exercises[0].tests[0].message
    assert "shape (4, 2)" in message  # the table that it was given
    assert "returned an array of shape (15, 2)" in message or "(14, 2)" in message


# -- whose variant -------------------------------------------------------------------------


def notebook_of(course: Assignment, student: str, code: str) -> str:
    """A student's notebook, with this code in place of the stub."""
    path = variant_releases.student_folder(course, student) / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "pad":
            cell["source"] = code
    return json.dumps(notebook)


def test_the_students_variant_counts_and_another_mark_is_pointed_out(
    course: Assignment, tmp_path: Path
) -> None:
    text = notebook_of(course, "ac", right(**STUDENTS["ac"]))
    own = graded(course, "ac", text, tmp_path / "work.ipynb")
    assert (own.score, own.observed.attention) == (4, ())
    other = graded(course, "br", text, tmp_path / "work.ipynb")
    assert other.score == 0
    assert (
        "The notebook is of another variant (order=after, layout=columns) than br was given. "
        "It was graded as order=before, layout=rows, which br was given."
    ) in other.observed.attention


def test_who_is_in_no_table_is_graded_by_the_notebooks_mark(
    course: Assignment, tmp_path: Path
) -> None:
    text = notebook_of(course, "ac", right(**STUDENTS["ac"]))
    result = graded(course, "nobody", text, tmp_path / "work.ipynb")
    assert result.score == 4
    (sentence,) = result.observed.attention
    assert "students.csv does not list nobody" in sentence
    unknown = text.replace("order=after", "order=above")
    result = graded(course, "nobody", unknown, tmp_path / "work.ipynb")
    assert result.score == 0
    assert any("graded in the default release" in each for each in result.observed.attention)


class Reused(Watcher):
    """Notes whose stored results stand."""

    def __init__(self) -> None:
        self.students: list[str] = []

    def reused(self, result: Result) -> None:
        self.students.append(result.student)


def test_an_unchanged_result_stands_for_who_is_in_no_table_too(tmp_path: Path) -> None:
    course = write_variant_course(tmp_path)
    variant_releases.build_for_students(course, ["ac", "br"], SECRET)
    places = {}
    for student in ("br", "nobody"):
        places[student] = tmp_path / "submitted" / student / NAME
        places[student].mkdir(parents=True)
        text = notebook_of(course, "br", "pad = None")
        (places[student] / f"{NAME}.ipynb").write_text(text, encoding="utf-8")
    table = table_of(course.root, NAME).read_text(encoding="utf-8")
    for expected in ([], ["br", "nobody"]):
        watcher = Reused()
        grade_class(course, places, jobs=1, isolation=ISOLATION, watcher=watcher)
        assert watcher.students == expected
    own = students_variants(course.root, NAME, course.offered)["br"]
    assert {stored(course, student).variant for student in places} == {str(own)}  # type: ignore[union-attr]
    other = next(each for each in ALL if ", ".join(f"{a}={b}" for a, b in each.items()) != str(own))
    row = ",".join(["nobody", *other.values()])
    table_of(course.root, NAME).write_text(f"{table}{row}\n", encoding="utf-8")
    variant_releases.build_for_students(course, ["nobody"], SECRET)
    watcher = Reused()
    grade_class(course, places, jobs=1, isolation=ISOLATION, watcher=watcher)
    assert watcher.students == ["br"], "the table decides now"


def test_a_hand_in_without_a_mark_is_graded_by_the_table(
    course: Assignment, tmp_path: Path
) -> None:
    result = graded(course, "ac", right(**STUDENTS["ac"]), tmp_path / "work.py")
    assert (result.score, result.observed.attention) == (4, ())


@pytest.mark.parametrize(
    "mark",
    ["", "order=before", "layout=rows, order=before", "order=x, layout=rows", "=", "a=b" * 99],
)
def test_a_mark_of_no_known_variant_is_none(course: Assignment, mark: str) -> None:
    assert variant_from_mark(mark, course.offered) is None


# -- releases ------------------------------------------------------------------------------


def test_who_has_a_variant_keeps_it_and_others_are_drawn(tmp_path: Path) -> None:
    assignment = write_variant_course(tmp_path)
    first = variant_releases.build_for_students(assignment, ["ann", "bob"], SECRET)
    again = variant_releases.build_for_students(assignment, ["bob", "cem"], bytes(32))
    assert {student: again[student] for student in first} == dict(first)
    assert students_variants(tmp_path, NAME, assignment.offered) == again


def test_all_variants_are_drawn_about_equally_often(course: Assignment) -> None:
    drawn = [variant_releases.drawn(course, f"s{number}", SECRET) for number in range(400)]
    counts = [drawn.count(variant) for variant in set(drawn)]
    assert len(counts) == variant_releases.count(course.offered) == 4
    assert min(counts) > 60


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ('title = "Padding"\n', r"no section \[variants\].*declares: order, layout"),
        (SETTINGS.replace('"after"', '"above"'), "offers order=above"),
        (SETTINGS.replace('order = ["before", "after"]\n', ""), r"must name order in \[variants\]"),
    ],
)
def test_what_is_offered_must_be_declared(tmp_path: Path, settings: str, says: str) -> None:
    write_variant_course(tmp_path, settings)
    with pytest.raises(CourseError, match=says):
        variant_releases.build_for_students(load_assignment(NAME, tmp_path), ["ann"], SECRET)


def test_variants_of_an_assignment_that_asks_for_examples_are_refused(course: Assignment) -> None:
    asking = replace(course, examples=AskedExamples(("pad",)))
    with pytest.raises(CourseError, match="asks for examples"):
        variant_releases.build_for_students(asking, ["ann"], SECRET)


@pytest.mark.parametrize("row", ["ann,before", "ann,above,rows", "ann,before,rows\nann,after,rows"])
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, row: str) -> None:
    assignment = write_variant_course(tmp_path)
    path = table_of(tmp_path, NAME)
    path.parent.mkdir(parents=True)
    path.write_text(f"student,order,layout\n{row}\n", encoding="utf-8")
    with pytest.raises(CourseError, match=r"students\.csv, line"):
        assignment.of_student("ann")


@pytest.mark.parametrize(
    ("declaration", "says"),
    [
        ("VARIANTS = 3", "must define VARIANTS"),
        ("import nothing_of_the_kind", "ModuleNotFoundError"),
        (
            "from autograder.variants import Option\n"
            "VARIANTS = {'order': {'before': Option(words={'a': 'b'}), 'after': Option()}}",
            "is the default and changes nothing",
        ),
    ],
)
def test_a_wrong_declaration_is_one_sentence(tmp_path: Path, declaration: str, says: str) -> None:
    assignment = write_variant_course(tmp_path)
    assignment.variants_file.write_text(declaration, encoding="utf-8")
    with pytest.raises(SuiteError, match=says):
        build.build(NAME, tmp_path)


def test_a_course_that_wants_no_variants_builds_the_same_release(
    course: Assignment, tmp_path: Path
) -> None:
    write_variant_course(tmp_path, 'title = "Padding"\n')
    for path in (course.release_notebook, course.solution_module):
        other = tmp_path / path.relative_to(course.root)
        assert other.read_bytes() == path.read_bytes()


# -- questions -----------------------------------------------------------------------------


def test_questions_make_calls_by_the_students_own_contract(
    course: Assignment, tmp_path: Path
) -> None:
    file = tmp_path / "work.py"
    file.write_text(right(**STUDENTS["ac"]), encoding="utf-8")
    submission = read(file, course.of_student("ac").release)
    with Preparing(course, ISOLATION) as preparing:
        (found,) = preparing.askable(submission, ("pad",), SECRET, "ac")
    assert found.silent == ""
    calls = {each.call for each in found.questions if each.call}
    space: dict[str, object] = {"np": np}
    exec(right(**STUDENTS["ac"]), space)
    for call in calls:
        exec(call, space)  # as the default contract has it, some would raise
    assert len(calls) > 3
