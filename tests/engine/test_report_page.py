"""The page of a report as text: what it has, what it escapes, and what it leaves out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from feedback_pages import made_course
from report_classes import HOSTILE_NAMES, NOW, class_of_size, made_report

from autograder.class_report import csv_files, document
from autograder.class_report.page import render_page
from autograder.class_report.records import ClassData, State
from autograder.class_report.report import Report, report_on
from autograder.course.assignment import Assignment


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return made_course(tmp_path_factory.mktemp("report") / "course")


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("size", [0, 1, 2, 10, 40, 400])
def test_a_page_loads_and_runs_nothing(course: Assignment, size: int) -> None:
    page = render_page(report_on(class_of_size(course, size), NOW))
    elements = Elements(page).found
    assert not {"script", "link", "iframe", "img", "object"} & {tag for tag, _ in elements}
    for tag, attributes in elements:
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("href", "src", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "default-src 'none'" in page
    assert "@import" not in page
    assert "url(http" not in page


@pytest.mark.parametrize("size", [0, 1, 2, 40])
def test_no_part_of_a_page_is_empty(course: Assignment, size: int) -> None:
    page = render_page(report_on(class_of_size(course, size), NOW))
    assert "None" not in page
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(li|td|dd|p|h2|h3|ul)>\s*</\1>", page)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_names_and_texts_of_students_are_data(course: Assignment) -> None:
    page = render_page(made_report(course, 40, hostile=True))
    assert {"script", "iframe", "img"}.isdisjoint(tag for tag, _ in Elements(page).found)
    assert page.count("</main>") == 1
    assert "&lt;script&gt;document.title" in page
    assert "\u202e" not in page


def test_each_plot_has_words_and_numbers_and_takes_its_colours_from_the_page(
    course: Assignment,
) -> None:
    page = render_page(made_report(course, 40))
    plots = re.findall(r'<svg viewBox[^>]*role="img" aria-label="([^"]+)">(.*?)</svg>', page, re.S)
    assert len(plots) == 3
    for words, drawing in plots:
        assert len(words.split()) > 10
        assert not re.search(r"#[0-9a-f]{6}\b", drawing)
        assert "var(--" in drawing
        assert "<text" in drawing
    assert page.count("<figure") == page.count("<figcaption>") == 3
    for label in ("The numbers of this plot", "The table below", "The tables below"):
        assert label in page


def test_a_small_class_is_said_to_be_small(course: Assignment) -> None:
    assert "chance decides most figures" in render_page(report_on(class_of_size(course, 9), NOW))
    assert "chance decides" not in render_page(report_on(class_of_size(course, 10), NOW))
    small = report_on(class_of_size(course, 9), NOW)
    assert {test.separation.value for test in small.tests} == {"not known"}


def test_pairs_accuse_nobody(course: Assignment) -> None:
    page = render_page(made_report(course, 40)).lower()
    assert "pairs to look at" in page
    assert not any(word in page for word in ("plagiar", "cheat", "copied", "suspect"))


def test_a_change_since_another_document_is_named(course: Assignment) -> None:
    page = render_page(made_report(course, 40))
    assert "Since last.json" in page
    assert "<b>student-000</b>, double: 0.1 →" in page
    assert "gone with a name" in page


def test_late_penalties_stand_beside_the_points(course: Assignment) -> None:
    data = class_of_size(course, 2)
    late = replace(data.students[0], late_penalty=2.5)
    page = render_page(report_on(replace(data, students=(late,)), NOW))
    assert "(2.5 late)" in page


# -- without names -----------------------------------------------------------------------------


def outputs(report: Report) -> str:
    return "\n".join(
        [render_page(report), document.dumps(report), *csv_files.tables(report).values()]
    )


def test_without_names_nothing_says_who_a_student_is(course: Assignment) -> None:
    data = class_of_size(course, 40)
    told = outputs(made_report(course, 40, names=False))
    for student in data.students:
        assert student.name not in told
    for text in (
        "The file is cut off",
        "Of two files",
        "# Ann",
        "y + 3",
        "gone with a name",
        "NameError",
    ):
        assert text not in told, text
    assert "student 17" in told
    assert "without names" in told


def test_without_names_texts_of_students_are_left_out(course: Assignment) -> None:
    told = outputs(made_report(course, 40, names=False, hostile=True))
    for text in (*HOSTILE_NAMES, "forged", "example.org", "x" * 20):
        assert text not in told


def test_pseudonyms_stay_and_do_not_follow_the_alphabet(
    course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "of this test")
    first, again = (made_report(course, 40, names=False) for _ in range(2))
    assert document.document(first) == document.document(again)
    named = made_report(course, 40)
    absent = [each.state for each in named.data.students].index(State.ABSENT)
    hidden = [each.state for each in first.data.students].index(State.ABSENT)
    totals = [each.total for each in named.data.students]
    assert totals != [each.total for each in first.data.students]
    assert sorted(map(str, totals)) == sorted(str(each.total) for each in first.data.students)
    assert (absent, hidden) != (37, 37)


def test_figures_are_the_same_with_and_without_names(course: Assignment) -> None:
    one, other = (made_report(course, 40, names=names) for names in (True, False))
    assert one.marks == other.marks
    assert one.exercises == other.exercises
    assert one.tests == other.tests
    assert one.mistakes == other.mistakes
    assert [each.students for each in one.concerns] == [each.students for each in other.concerns]


# -- data ----------------------------------------------------------------------------------------


def test_the_document_is_plain_json_with_every_student(course: Assignment) -> None:
    report = made_report(course, 40)
    read = json.loads(document.dumps(report))
    assert read["class"] == {
        "students": 40, "handed_in": 39, "graded": 36, "partly_graded": 1, "rejected": 1,
        "not_graded_yet": 1, "nothing_handed_in": 1,
    }  # fmt: skip
    assert len(read["students"]) == 40
    assert read["marks"]["n"] == 36
    (test, *_) = read["tests"]
    assert test["pass_share"]["value"] == test["passed"] / test["n"]


def test_csv_has_a_row_for_each_and_no_formula(course: Assignment) -> None:
    import csv as reader

    report = made_report(course, 40, hostile=True)
    tables = {
        name: list(reader.DictReader(text.splitlines()))
        for name, text in csv_files.tables(report).items()
    }
    assert len(tables["students.csv"]) == 40
    assert len(tables["exercises.csv"]) == 40 * (3 + 2)
    assert len(tables["tests.csv"]) == 37 * 18 - 6
    assert len(tables["items.csv"]) == 3 + 18
    for rows in tables.values():
        for cell in (cell for row in rows for cell in row.values()):
            assert cell is not None
            assert not cell.startswith(("=", "+", "@", "\t", "\r"))
            assert not cell.startswith("-") or float(cell) <= 0
    assert any(row["student"].startswith("'=HYPERLINK") for row in tables["students.csv"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r\n=1", "\u202e=1"])
def test_text_that_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert csv_files.cell(text).startswith("'")
    assert csv_files.cell(-1.5) == -1.5


def test_an_empty_class_has_tables_with_columns_only(course: Assignment) -> None:
    tables = csv_files.tables(report_on(ClassData(course, ()), NOW))
    assert [text.count("\r\n") for text in tables.values()] == [1, 1, 1, 4]
