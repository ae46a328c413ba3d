"""`autograder questions ASSIGNMENT`: a sheet of questions for each student about their own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.commands import CourseOption, ExitCode, IsolationOption, course_root

if TYPE_CHECKING:
    from autograder.course.assignment import Assignment
    from autograder.questions.class_run import Made


def questions(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="The assignment.", show_default=False)
    ],
    grade: Annotated[
        bool, typer.Option("--grade", help="Mark the notebooks that students answered.")
    ] = False,
    each: Annotated[
        int, typer.Option(min=1, max=20, help="Questions on each exercise, at most.")
    ] = 2,
    exercise: Annotated[
        list[str] | None,
        typer.Option(help="Only this exercise; may be given more than once.", show_default=False),
    ] = None,
    student: Annotated[
        list[str] | None,
        typer.Option(help="Only this student; may be given more than once.", show_default=False),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Make new sheets also for those who have one.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes at a time; by default one per processor.", show_default=False
        ),
    ] = None,
    isolation: IsolationOption = "namespaces",
    course: CourseOption = None,
) -> None:
    """Ask each student about the code that they handed in; keys come from running it.

    Who has passed an exercise gets a notebook and a page to print. The keys lie apart from them.

    Exit code 0: done; 1: done, and somebody has no sheet or no answers; 2: could not run.

    Example: [bold]autograder questions week03 --each 3[/bold]
    """
    from autograder.course.assignment import load_assignment

    found = load_assignment(assignment, course_root(course))
    if grade:
        raise typer.Exit(_mark(found))
    from autograder.cli import preflight
    from autograder.course.locks import locked
    from autograder.grading.scheduling import handed_in
    from autograder.questions.class_run import Wanted, make_sheets
    from autograder.questions.storing import folder_of, keys_folder
    from convgrade.commands.console import Progress, output, safe, say

    preflight.check_machine()
    preflight.check_secret(found.root)
    wanted = Wanted(each, tuple(exercise or ()), tuple(student or ()))
    total = len(wanted.students or handed_in(found))
    with (
        locked(found.root, f"questions-{found.name}", lambda: say("Waiting for another run")),
        Progress(total, f"Questions on {found.name}", each=False) as progress,
    ):
        made = make_sheets(
            found, wanted, jobs=jobs, isolation=isolation, again=again, on_done=progress.advance
        )
    _show(found, made)
    for what, path in (
        ("For students", folder_of(found) / "sheets"),
        ("For the examiner, with keys", keys_folder(found) / "examiner.html"),
    ):
        output().print(f"{what}: {safe(str(path))}", soft_wrap=True)
    raise typer.Exit(_attention([(m.student, m.reason) for m in made if m.reason]))


def _show(assignment: Assignment, made: list[Made]) -> None:
    from convgrade.commands.console import say

    sheets = [each.sheet for each in made if each.sheet is not None]
    new = sum(each.is_new for each in made if each.sheet is not None)
    count = sum(len(sheet.questions) for sheet in sheets)
    say(f"{len(sheets)} of {len(made)} students have a sheet, {new} of them a new one;")
    say(f"{count} questions in all.")


def _mark(assignment: Assignment) -> ExitCode:
    from autograder.errors import CourseError
    from autograder.questions.answers import mark_answers, store_marks
    from convgrade.commands.console import output, safe, say

    marked = list(mark_answers(assignment))
    if not marked:
        raise CourseError(
            f"There are no sheets: run `autograder questions {assignment.name}` first."
        )
    for each in marked:
        if not each.problem:
            say(safe(f"{each.student}: {each.points} of {len(each.right)}"))
    output().print(f"All answers: {safe(str(store_marks(assignment, marked)))}", soft_wrap=True)
    return _attention([(each.student, each.problem) for each in marked if each.problem])


def _attention(reasons: list[tuple[str, str]]) -> ExitCode:
    from autograder.cli.attention import show_attention
    from autograder.gradebook.writer import Problem

    show_attention([Problem(student, reason) for student, reason in reasons])
    return ExitCode.ATTENTION if reasons else ExitCode.DONE
