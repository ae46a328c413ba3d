"""`autograder verify`: whether results were signed by a key, and for which hand-in and suites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.cli.commands import CourseOption, ExitCode
from autograder.errors import AutograderError

Check = Callable[[Mapping[str, Any]], str]
"""Says in a sentence what of a signed result does not fit; "" if all does."""


@dataclass(frozen=True)
class _Found:
    """One result of a document; its entries are to be believed only if it is signed."""

    place: str
    entries: Mapping[str, Any]

    @property
    def who(self) -> tuple[Any, Any]:
        return self.entries.get("assignment"), self.entries.get("student")


def verify(
    results: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULT...",
            help="Files that `autograder grade --json` has written with --sign.",
            show_default=False,
        ),
    ],
    key: Annotated[
        Path,
        typer.Option(metavar="PUBLIC", help="The public key.", show_default=False),
    ],
    submission: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The result must be of this file, or of this student's folder.",
            show_default=False,
        ),
    ] = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="PATH",
            help="What was given with --with when the file was graded.",
            show_default=False,
        ),
    ] = None,
    assignment: Annotated[
        str | None,
        typer.Option(help="The results must be of this assignment.", show_default=False),
    ] = None,
    student: Annotated[
        str | None,
        typer.Option(help="There must be one result of this student.", show_default=False),
    ] = None,
    current: Annotated[
        bool,
        typer.Option(
            "--current",
            help="Hidden suites, grader and libraries must be those of this course and machine.",
        ),
    ] = False,
    course: CourseOption = None,
) -> None:
    """Say whether results are as they were signed.

    Exit code 0: all are; 1: some are not, with a sentence for each; 2: could not run.

    Example: [bold]autograder verify results.json --key key.pub --submission work.ipynb[/bold]
    """
    from autograder.cli import preflight
    from autograder.publish.signing import PublicKey, read_key_file
    from convgrade.commands.console import complain

    public = PublicKey.read(read_key_file(key), str(key))
    checks: list[Check] = [public.misfit, _of_known_version]
    if assignment is not None:
        checks.append(_of_assignment(assignment))
    if submission is not None:
        preflight.check_files([submission, *(beside or ())])
        checks.append(_of_submission(submission, beside or (), course))
    if current:
        checks.append(_of_course(course))
    complaints: list[str] = []
    found = list(_read(results, student, complaints))
    if submission is not None and len(found) > 1:
        raise AutograderError("--submission is about one result: say with --student whose it is.")
    misfits = [next(filter(None, (check(each.entries) for check in checks)), "") for each in found]
    pairs = list(zip(found, misfits, strict=True))
    _show([each for each, misfit in pairs if not misfit], in_full=len(found) == 1)
    complaints += [f"{each.place}: {misfit}" for each, misfit in pairs if misfit]
    complaints += _twice([each for each, misfit in pairs if not misfit])
    for complaint in complaints:
        complain(complaint)
    raise typer.Exit(ExitCode.ATTENTION if complaints else ExitCode.DONE)


def _show(verified: Sequence[_Found], *, in_full: bool) -> None:
    from convgrade.commands.console import output, safe

    for each in verified:
        lines = _signed(each.entries)
        for line in lines if in_full else lines[:1]:
            output().print(safe(line))


def _read(files: Sequence[Path], student: str | None, complaints: list[str]) -> Iterator[_Found]:
    """The results in the files, or a student's; adds a sentence for what is no result or absent."""
    from autograder.publish.reading import read_results
    from convgrade.safe_text import shortened

    wanted = 0
    for file in files:
        try:
            results = read_results(_bytes(file))
        except ValueError as error:
            complaints.append(f"{file}: {error}")
            continue
        for number, entries in enumerate(results, 1):
            if student is None or entries.get("student") == student:
                wanted += 1
                named = f", result {number} ({shortened(str(entries.get('student')), 40)})"
                yield _Found(f"{file}{named if len(results) > 1 else ''}", entries)
    if student is not None and not wanted and not complaints:
        complaints.append(f"There is no result of {student} in {', '.join(map(str, files))}.")


def _bytes(file: Path) -> bytes:
    from autograder.publish.reading import MOST_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise AutograderError(f"{file} cannot be read ({error.strerror}).") from None


def _twice(found: Sequence[_Found]) -> Iterator[str]:
    """A sentence for each student of whom there are two results of one assignment."""
    counts = Counter(repr(each.who) for each in found)
    for each in found:
        if counts.pop(repr(each.who), 0) > 1:
            yield f"{each.place}: There is another result of the same student: only one can count."


def _of_known_version(result: Mapping[str, Any]) -> str:
    from autograder.publish.json import FORMAT_VERSION

    if result.get("format_version") != FORMAT_VERSION:
        return "It is signed, but its format has another version than this program reads."
    return ""


def _of_assignment(name: str) -> Check:
    def check(result: Mapping[str, Any]) -> str:
        of = result["assignment"]
        return "" if of == name else f"It is a result of {of}, not of {name}."

    return check


def _of_submission(file: Path, beside: Sequence[Path], course: Path | None) -> Check:
    """A check that a result is of this file or folder."""

    def check(result: Mapping[str, Any]) -> str:
        signed = result.get("submission_digest")
        if not signed:
            return "It does not say which bytes were graded."
        if _digest(file, beside, result, course) != signed:
            return f"It is not of {file}: other bytes were graded."
        return ""

    return check


def _digest(
    file: Path, beside: Sequence[Path], result: Mapping[str, Any], course: Path | None
) -> str:
    """The digest of a hand-in, read as grading reads it; of a single file, its SHA-256."""
    from autograder.cli.commands import course_root
    from autograder.course.assignment import load_assignment
    from autograder.grading.reading import digest_of_file, read_or_none

    if not beside and (digest := digest_of_file(file)):
        return digest
    assignment = load_assignment(str(result["assignment"]), course_root(course))
    hand_in = read_or_none(file, assignment, str(result["student"]), beside)
    return hand_in.digest if hand_in is not None else ""


def _of_course(course: Path | None) -> Check:
    """A check that grading would use the same suites, code and libraries now."""
    from autograder.cli.commands import course_root
    from autograder.course.assignment import load_assignment
    from autograder.grading.cache_key import KeyMaker, engine_digest, versions

    root = course_root(course)

    def check(result: Mapping[str, Any]) -> str:
        assignment = load_assignment(str(result["assignment"]), root)
        suites = KeyMaker(assignment, str(result["isolation"])).suites
        graded = {
            each["name"]: each["suite_digest"]
            for each in result["exercises"]
            if "suite_digest" in each
        }
        needed = suites if result["status"] == "graded" else graded
        other = sorted(name for name in {*needed, *graded} if graded.get(name) != suites.get(name))
        if other:
            names = ", ".join(other)
            return f"It was graded by other hidden suites than those of {root} now: {names}."
        if result["versions"] != versions():
            return f"It was graded with other libraries: {_listed(result['versions'])}."
        if result.get("engine_digest") != engine_digest():
            return "It was graded by another version of the grader."
        return ""

    return check


def _signed(result: Mapping[str, Any]) -> list[str]:
    """What a signed result says: whose it is, and when and from what it was made."""
    score = "no score" if result["score"] is None else f"{result['score']:g}"
    signature = result["signature"]
    return [
        f"{result['student']}, {result['assignment']}: {score} of {result['max_score']:g} points",
        f"  signed {signature['signed_at']}",
        f"  key {signature['key']}",
        f"  submission {result.get('submission_digest', 'was not read')}",
        f"  isolation {result['isolation']}, {_listed(result['versions'])}",
    ]


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
