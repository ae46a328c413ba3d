"""Every page of ours, made by the commands that make it: what the tests of accessibility look at.

On pages of others (formgrader's, nbconvert's) only our own elements are looked at.
"""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from drawn_pictures import PICTURES, cell_of
from feedback_pages import (
    CODE,
    NAME,
    RIGHT,
    WRONG,
    generate_feedback,
    grade,
    hand_in,
    made_class,
    made_course,
    mark,
    page_file,
    result_of,
)
from formgrader_page import formgrader_page
from marking_server import served
from mini_course import write_mini_course
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers
from playwright.sync_api import Page, Route
from report_classes import hostile_report, written_report

from autograder.audit import audit
from autograder.audit.page import render_page
from autograder.course.assignment import assignment_names, load_assignment
from autograder.results import Outcome

REPOSITORY = Path(__file__).resolve().parents[2]
ANSWERS = {"why": "It **adds** `x`.", "how": "Somehow."}
SETTINGS = {
    "titles only": 'hidden_tests = "titles"\nhint_steps = 1\ncounterexamples = "none"',
    "no hidden test": 'hidden_tests = "none"\nhint_steps = 2\nrubric = "none"',
    "right answers": 'counterexamples = "full"',
}
"""Every value of every setting that is not the default."""
IN_NOTEBOOKS = ".jp-RenderedHTMLCommon > *"
IN_FORMGRADER = ".for-markers, .autograder-says"


@dataclass(frozen=True)
class Shown:
    """A page and how to open it; `ours` selects our elements if the page is one of others."""

    name: str
    open: Callable[[Page], object]
    ours: str = ""


def _file(name: str, path: Path, ours: str = "") -> Shown:
    return Shown(name, lambda page: page.goto(path.as_uri()), ours)


# -- feedback --------------------------------------------------------------------------------


def feedback_pages(folder: Path) -> list[Shown]:
    """Feedback pages of each kind of student, and with each setting; the late work is corrected."""
    course = made_course(folder / "feedback")
    made_class(course)
    hand_in(course, "late", {**CODE, **ANSWERS})
    grade(course, result_of("late", WRONG))
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        entry = gradebook.find_submission_notebook(NAME, NAME, "late")
        entry.late_submission_penalty = 2.5
        gradebook.db.commit()
    mark(course, "late", "test_triple", 4.0)
    mark(course, "late", "triple", None, "I see what you meant.")
    hand_in(course, "ungraded", CODE)
    failed = replace(RIGHT[1], score=None, outcome=Outcome.GRADER_ERROR, tests=())
    grade(course, result_of("ungraded", (RIGHT[0], failed, RIGHT[2])))
    generate_feedback(course)
    students = sorted(path.name for path in (course.root / "feedback").iterdir())
    pages = [_file(f"feedback, {student}", page_file(course, student)) for student in students]
    mark(course, "wrong", "why", 2.0)
    settings = course.root / "source" / NAME / "assignment.toml"
    for name, text in SETTINGS.items():
        settings.write_text(f'title = "Doubling"\n[feedback]\n{text}\n', encoding="utf-8")
        generate_feedback(course, "wrong")
        kept = folder / f"{name}.html"
        shutil.copy(page_file(course, "wrong"), kept)
        pages.append(_file(f"feedback, {name}", kept))
    return pages


# -- reports ---------------------------------------------------------------------------------


def report_pages(folder: Path) -> list[Shown]:
    """Reports on classes of each size, one with names and texts that attack the page, and one
    without names.
    """
    course = made_course(folder / "report")
    pages = []
    for size in (0, 2, 40):
        path = folder / f"report{size}.html"
        path.write_text(written_report(course, size), encoding="utf-8")
        pages.append(_file(f"report on {size}", path))
    for names in (True, False):
        path = folder / f"hostile{names}.html"
        path.write_text(hostile_report(course, names=names), encoding="utf-8")
        pages.append(_file(f"report, hostile, {'with' if names else 'without'} names", path))
    return pages


# -- audits ----------------------------------------------------------------------------------


def audit_pages(folder: Path) -> list[Shown]:
    """The page of an audit in which something does not hold."""
    audited = audit(write_mini_course(folder / "audit"), jobs=1, seeds=2)
    path = folder / "audit.html"
    path.write_text(render_page(audited), encoding="utf-8")
    return [_file("audit", path)]


# -- marking ---------------------------------------------------------------------------------


@contextmanager
def marking_pages(folder: Path) -> Iterator[list[Shown]]:
    """The pages of `autograder mark`, while it runs: in each state that an answer can have."""
    course = made_course(folder / "marking")
    made_class(course)
    for cell in ("why", "how"):  # nothing is left to mark of the second question
        mark(course, "wrong", cell, 1.0, "So it is.")
    for student in ("ann", "bob"):
        hand_in(course, student, {**CODE, **ANSWERS})
        grade(course, result_of(student, RIGHT))
        mark(course, student, "how", 0.0)
    with served(course) as server:

        def first(page: Page) -> None:
            page.goto(server.address)
            page.get_by_role("link", name="Question 1").click()

        def save(page: Page, points: str) -> None:
            page.get_by_label("Points, from 0 to 4").fill(points)
            page.get_by_role("button", name="Save and go on").click()

        def refused(page: Page) -> None:
            first(page)
            save(page, "five")

        def saved(page: Page) -> None:
            first(page)
            save(page, "2")
            page.get_by_role("status").wait_for()

        def changed(page: Page) -> None:
            first(page)
            page.locator("[name=seen]").evaluate("each => each.value = 'of yesterday'")
            page.get_by_label("Comment for the student").fill("Well put.")
            save(page, "3")

        def unmarked(page: Page) -> None:
            first(page)
            page.get_by_role("navigation").get_by_role("link").first.click()

        def at(path: str) -> Callable[[Page], object]:
            def opened(page: Page) -> None:
                page.goto(server.address)
                page.goto(f"http://127.0.0.1:{server.port}{path}")

            return opened

        host = f"http://127.0.0.1:{server.port}/"
        yield [
            Shown("marking, all questions", lambda page: page.goto(server.address)),
            Shown("marking, an answer", first),
            Shown("marking, the next answer", unmarked),
            Shown("marking, not a mark", refused),
            Shown("marking, changed meanwhile", changed),
            Shown("marking, saved", saved),
            Shown("marking, no such page", at("/nothing")),
            Shown("marking, without the token", lambda page: page.goto(host)),
        ]


# -- parts of pages of others ----------------------------------------------------------------


def in_formgrader(folder: Path) -> Shown:
    """Formgrader's marking page with what we add: model answers, and what the tests found."""
    course = made_course(folder / "formgrader")
    made_class(course)
    text = formgrader_page(course, "wrong", submission_id="1")

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        _, found, name = path.partition("/formgrader/static/")
        file = Path(handlers.static_path) / name
        if path == "/":
            route.fulfill(body=text, content_type="text/html")
        elif found and file.is_file():
            kind = mimetypes.guess_type(file)[0] or "text/plain"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            route.abort()

    def opened(page: Page) -> None:
        page.route("**/*", answer)
        page.goto("http://formgrader.test/")

    return Shown("formgrader, what we add", opened, IN_FORMGRADER)


def notebook_pages(folder: Path) -> list[Shown]:
    """The released notebooks as nbconvert shows them, and one notebook with every picture.

    Code is left out: nbconvert alone decides how it looks.
    """
    folder = folder / "notebooks"
    folder.mkdir()
    notebooks = {
        name: nbformat.read(load_assignment(name, REPOSITORY).release_notebook, as_version=4)
        for name in assignment_names(REPOSITORY)
    }
    pictures = [cell_of(picture) for picture, _ in PICTURES.values()]
    notebooks["every picture"] = new_notebook(cells=[new_markdown_cell("# Pictures"), *pictures])
    pages = []
    for name, notebook in notebooks.items():
        shown = [each for each in notebook.cells if each.cell_type == "markdown" or each.outputs]
        notebook.cells = shown
        text, _ = HTMLExporter().from_notebook_node(notebook)
        path = folder / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        pages.append(_file(f"notebook, {name}", path, IN_NOTEBOOKS))
    return pages
