"""`autograder doctor`: what this machine and this course have, and what is missing."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from autograder.cli.commands import CourseOption, ExitCode, IsolationOption, course_root
from autograder.errors import AutograderError, IsolationUnavailable

if TYPE_CHECKING:
    from autograder.sandbox import Isolation

SECCOMP_PROFILE = Path(__file__).parents[1] / "sandbox" / "linux" / "seccomp.json"
LIBRARIES = (
    "convgrade",
    "numpy",
    "tensorflow",
    "keras",
    "nbgrader",
    "nbformat",
    "jupytext",
    "ipython",
    "pytest",
    "msgpack",
)
COURSE = "course"
ASSIGNMENTS = "assignments"
State = Literal["present", "absent", "not needed"]
MARKS = {
    "present": "[green]✓[/green]",
    "absent": "[red]✗[/red]",
    "not needed": "[dim]-[/dim]",
}


@dataclass(frozen=True)
class Finding:
    """One line of the table: what was checked, and what to do if it is missing."""

    name: str
    state: State
    required: bool
    advice: str = ""


def doctor(
    isolation: IsolationOption = "namespaces",
    course: CourseOption = None,
    seccomp_profile: Annotated[
        bool,
        typer.Option(
            "--seccomp-profile",
            help="Print only the seccomp profile with which a container lets namespaces be used.",
        ),
    ] = False,
) -> None:
    """Say which protections, libraries and course files are here, and what to do about the rest.

    The exit code is 1 if something required is missing.

    Example: [bold]autograder doctor[/bold]
    """
    from autograder.sandbox import protections
    from convgrade.commands.console import folded

    if seccomp_profile:
        typer.echo(SECCOMP_PROFILE.read_text(encoding="utf-8"), nl=False)
        return
    sections = {
        "Protections": each_advice_once(
            Finding(found.name, found.state, found.required, found.advice)
            for found in protections(isolation)
        )
        + weaker(isolation),
        "Python and libraries": libraries(),
        "Course": course_findings(course),
    }
    show(sections)
    lacking = [
        finding.name
        for findings in sections.values()
        for finding in findings
        if finding.required and finding.state == "absent"
    ]
    absent = {each.name for each in sections["Course"] if each.state == "absent"}
    for line in folded(conclusion(lacking, is_empty=ASSIGNMENTS in absent), sys.stdout):
        typer.echo(line)
    if lacking:
        raise typer.Exit(ExitCode.ATTENTION)


def conclusion(lacking: list[str], *, is_empty: bool) -> str:
    """What is to be done, in a sentence."""
    if lacking == [COURSE]:
        return (
            "This machine has what grading needs, but there is no course here: make one with "
            "`autograder init FOLDER`, or name one with --course."
        )
    if lacking:
        return f"Missing: {', '.join(lacking)}."
    if is_empty:
        return (
            "This machine has what grading needs, but the course has no assignment yet: add one "
            "with `autograder new NAME`."
        )
    return "Everything that grading needs is here."


def weaker(isolation: Isolation) -> list[Finding]:
    """What a machine without namespaces can still give."""
    from autograder.sandbox import less_than, require

    try:
        require(isolation)
    except IsolationUnavailable:
        return [Finding("weaker isolation", "present", False, less_than(isolation))]
    return []


def each_advice_once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, with "as above" in place of an advice that has been given."""
    given: set[str] = set()
    listed = []
    for finding in findings:
        listed.append(replace(finding, advice="as above") if finding.advice in given else finding)
        given |= {finding.advice} - {""}
    return listed


def libraries() -> list[Finding]:
    """Python and the installed versions, read without importing anything."""
    findings = [Finding(f"Python {platform.python_version()}", "present", True)]
    for name in LIBRARIES:
        try:
            findings.append(Finding(f"{name} {metadata.version(name)}", "present", True))
        except metadata.PackageNotFoundError:
            advice = "run pip install 'convgrade[engine]', or in a clone make demo"
            findings.append(Finding(name, "absent", True, advice))
    return findings


def course_findings(course: Path | None) -> list[Finding]:
    """The course, its assignments, and its gradebook."""
    from autograder.course.assignment import assignment_names, load_assignment

    try:
        root = course_root(course)
    except AutograderError as error:
        return [Finding(COURSE, "absent", True, str(error))]
    findings = [Finding(COURSE, "present", True, str(root)), *unwritable(root)]
    names = assignment_names(root)
    if not names:
        findings.append(
            Finding(ASSIGNMENTS, "absent", False, "`autograder new NAME` adds one to start from")
        )
    for name in names:
        try:
            assignment = load_assignment(name, root)
            exercises, points = len(assignment.exercises), assignment.max_score
            size = (
                f"{exercises} exercise{'s' * (exercises != 1)}, "
                f"{points:g} point{'s' * (points != 1)}"
            )
            findings.append(Finding(name, "present", True, size))
        except AutograderError as error:
            findings.append(Finding(name, "absent", True, str(error)))
            continue
        if not assignment.suite_folder.is_dir():
            advice = f"write its tests in tests/hidden/{name}/"
            findings.append(Finding(f"{name}: hidden tests", "absent", True, advice))
        if not assignment.release_notebook.is_file():
            advice = f"run `autograder build {name}`"
            findings.append(Finding(f"{name}: release", "absent", True, advice))
    return [*findings, gradebook_finding(root)]


def unwritable(root: Path) -> list[Finding]:
    """That a class cannot be graded here, if this user may not write into the course."""
    from autograder.cli.preflight import try_to_write

    try:
        try_to_write(root)
    except OSError as error:
        advice = f"{error.strerror}: a class is graded by a user who may write into the course"
        return [Finding("course can be written", "absent", True, advice)]
    return []


def gradebook_finding(root: Path) -> Finding:
    """The gradebook: whether it is there, or whether its server can be reached."""
    from autograder.gradebook.address import check_address_of_course
    from autograder.nbgrader_bridge.database import file_of, shown, unreachable

    try:
        url = check_address_of_course(root)
    except AutograderError as error:
        return Finding("gradebook", "absent", True, str(error))
    file = file_of(url)
    if file is None:
        reason = unreachable(url)
        state: State = "absent" if reason else "present"
        return Finding("gradebook", state, True, f"{shown(url)} {reason}".strip())
    if file.is_file():
        return Finding("gradebook", "present", False, str(file))
    return Finding("gradebook", "not needed", False, "made by `autograder build` or `grade`")


def show(sections: dict[str, list[Finding]]) -> None:
    """Print one table with a section per heading."""
    from rich.table import Table

    from convgrade.commands.console import output, safe

    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", style="dim")
    for title, findings in sections.items():
        table.add_row("", f"[bold]{title}[/bold]", "", "")
        for finding in findings:
            needless = finding.state == "absent" and not finding.required
            mark = "[yellow]✗[/yellow]" if needless else MARKS[finding.state]
            table.add_row(mark, safe(finding.name), finding.state, safe(finding.advice))
    output().print(table)
