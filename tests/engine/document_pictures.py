"""The pictures of the documents: where each comes from, and how the browser's are taken.

`docs/refresh.py` takes them. They show a made-up class in a made-up course.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import document_class
from chromium import CHROMIUM, QUIET
from document_class import NAME
from document_roads import GRADE
from document_runs import Ran, Written, differences
from jupyter_lab import environment, jupyter_lab
from nbgrader.api import Gradebook
from PIL import Image
from report_classes import written_report
from terminal import Screen, text_of

from autograder.demo import notebooks

LONG = 60_000
"""Milliseconds that a page may take."""
LARGEST = 100_000
"""Bytes of one picture."""
COLOURS = 96

TERMINAL = {
    "check.svg": ("docs/students.md", "convgrade check"),
    "grade.svg": ("docs/instructors.md", GRADE),
}
"""The document and the command, as it is run there for the first time."""
COMMANDS = {"synthetic_flowers.png": "docs/datasets.md"}
"""Pictures that a command in a document writes."""


def terminal_screens(document: str, ran: Sequence[Ran | Written]) -> dict[str, Screen]:
    """What the pictures of a document's commands show, by the names of the pictures."""
    found = {}
    for name, wanted in TERMINAL.items():
        screens = [
            each.screen
            for each in ran
            if isinstance(each, Ran) and (document, each.command.text) == wanted
        ]
        if screens:
            found[name] = screens[0]
    return found


def terminal_difference(path: Path, screen: Screen) -> list[str]:
    """What a picture shows otherwise than the command prints."""
    shown = text_of(path.read_text(encoding="utf-8")) if path.exists() else ""
    return differences(shown.splitlines(), screen.text.splitlines())


class Taken:
    """What the pictures are taken of: a browser, a course that was graded, and JupyterLab in it."""

    def __init__(self, browser: Any, course: Path, lab: str, student: str) -> None:
        self.browser, self.course, self.lab, self.student = browser, course, lab, student

    def page(self, width: int = 1000, height: int = 640) -> Any:
        return self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="light"
        ).new_page()


def notebook(at: Taken) -> bytes:
    """A student's notebook with a check that fails."""
    page = at.page(height=700)
    _opened(page, at.student, f"{NAME}.ipynb")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    failed = page.locator(".jp-Cell", has_text="check_raises(max_pool2d").last
    output = failed.locator(".jp-OutputArea-output").last
    failed.locator(".jp-OutputArea-output").first.wait_for(timeout=LONG)
    return _of_notebook(page, output, "end")


def standalone(at: Taken) -> bytes:
    """The first cell of the notebook that needs no installation, unfolded and run."""
    page = at.page(height=460)
    _opened(page, at.student, f"standalone/{NAME}.ipynb")
    first = page.locator(".jp-Cell").first
    first.locator(".jp-Placeholder").first.click()
    first.locator(".jp-InputPrompt").click()
    page.keyboard.press("Shift+Enter")
    first.get_by_text("[1]:").wait_for(timeout=LONG)
    return _of_notebook(page, first, "start")


def _opened(page: Any, lab: str, path: str) -> None:
    page.goto(f"{lab}doc/tree/{path}?reset")
    page.locator(".jp-Cell").first.wait_for(timeout=LONG)
    page.wait_for_timeout(1500)  # the kernel's name appears in the toolbar


def _of_notebook(page: Any, part: Any, place: str) -> bytes:
    """The notebook with this part at the start or the end of what is seen."""
    for _ in range(3):  # cells get their height when they come into view
        part.evaluate("(each, place) => each.scrollIntoView({block: place})", place)
        page.wait_for_timeout(700)
    picture: bytes = page.locator(".jp-NotebookPanel").screenshot()
    return picture


def formgrader(at: Taken) -> bytes:
    """The list of assignments in formgrader."""
    page = at.page(width=1180, height=470)
    page.goto(f"{at.lab}formgrader/manage_assignments")
    page.get_by_role("link", name=NAME).first.wait_for(timeout=LONG)
    page.get_by_text("Instructions (click to expand)").evaluate("each => each.scrollIntoView()")
    return page.screenshot()


def formgrader_marking(at: Taken) -> bytes:
    """A written answer in formgrader's marking page, with model answer and rubric."""
    page = at.page(width=1240, height=700)
    page.goto(f"{at.lab}formgrader/gradebook/{NAME}/{NAME}")
    page.get_by_role("link", name="Submission #1").click(timeout=LONG)
    answer = page.get_by_text(document_class.ANSWERS["purpose_of_pooling"][:30]).first
    answer.wait_for(timeout=LONG)
    answer.evaluate("each => each.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(1500)  # MathJax
    return page.screenshot()


def mark(at: Taken) -> bytes:
    """An answer in the page of `autograder mark`."""
    program = Path(sys.executable).parent / "autograder"
    process = subprocess.Popen(
        [str(program), "mark", NAME, "--no-browser"],
        cwd=at.course,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found
        page = at.page(height=900)
        page.goto(found[0])
        page.get_by_role("link", name="Mark Question 1").click()
        for item in page.get_by_role("radio", name="1", exact=True).all()[:2]:
            item.check()
        return page.screenshot()
    finally:
        process.terminate()
        process.wait(timeout=30)


def feedback(at: Taken) -> bytes:
    return _feedback(at.page(height=900), at.course)


def feedback_phone(at: Taken) -> bytes:
    page = at.page(width=390, height=800)
    return _feedback(page, at.course, "max_pool2d")


def _feedback(page: Any, course: Path, heading: str = "") -> bytes:
    page.goto((course / "feedback" / "ada" / NAME / f"{NAME}.html").as_uri())
    if heading:
        page.get_by_role("heading", name=heading).first.evaluate(
            "each => each.scrollIntoView({block: 'start'})"
        )
    return page.screenshot()


def report(at: Taken) -> bytes:
    """The beginning of a report on a class that is large enough for one."""
    page = at.page(width=1100, height=1150)
    page.set_content(written_report(document_class.course_of(at.course), 40))
    return page.screenshot()


BROWSER: dict[str, Callable[[Taken], bytes]] = {
    "notebook.png": notebook,
    "standalone.png": standalone,
    "formgrader.png": formgrader,
    "formgrader-marking.png": formgrader_marking,
    "mark.png": mark,
    "report.png": report,
    "feedback.png": feedback,
    "feedback-phone.png": feedback_phone,
}


def take(names: list[str], folder: Path) -> Iterator[tuple[str, bytes]]:
    """Make the class, and take these pictures of it.

    Raises:
        RuntimeError: there is no Chromium.
    """
    if CHROMIUM is None:
        raise RuntimeError("the pictures of pages need Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, ExitStack() as stack:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        stack.callback(browser.close)
        course = graded_course(folder / "networks")
        student = _students_folder(course, folder / "week03")
        labs = [
            stack.enter_context(jupyter_lab(place, folder / "home")) for place in (course, student)
        ]
        at = Taken(browser, course, *labs)
        for name in names:
            yield name, small(BROWSER[name](at))


def graded_course(root: Path) -> Path:
    """The course after its class was graded, marked in part, and got feedback."""
    document_class.make_course(root)
    exchange = root.parent / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"c.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = 'nets'\n")
    _autograder(root, "build")
    document_class.due_date_is_set(root)
    document_class.class_hands_in(root)
    _autograder(root, "grade", NAME)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for cell in document_class.ANSWERS:
            grade = gradebook.find_grade(cell, NAME, NAME, "ada")
            grade.manual_score, grade.needs_manual_grade = 3.0, False
        gradebook.db.commit()
    _autograder(root, "feedback", NAME)
    return root


def _autograder(root: Path, *arguments: str) -> None:
    program = str(Path(sys.executable).parent / "autograder")
    subprocess.run(
        [program, *arguments],
        cwd=root,
        env={**environment(root.parent), "AUTOGRADER_SECRET": "the secret of the documents"},
        check=True,
        capture_output=True,
    )


def _students_folder(course: Path, folder: Path) -> Path:
    """What ada works in."""

    shutil.copytree(course / "assignments" / NAME, folder)
    notebooks.write_notebook(folder / f"{NAME}.ipynb", document_class.ada(course, none=""))
    return folder


def small(picture: bytes) -> bytes:
    """The picture with few colours, as a PNG without any other data.

    Raises:
        ValueError: it is larger than `LARGEST`.
    """
    with Image.open(io.BytesIO(picture)) as opened:
        few = opened.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True)
    if len(written.getvalue()) > LARGEST:
        raise ValueError(f"a picture has {len(written.getvalue())} bytes, more than {LARGEST}")
    return written.getvalue()
