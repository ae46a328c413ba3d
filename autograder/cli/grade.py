"""`autograder grade`: a whole class into the gradebook, or single files for CI."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.cli.cluster import (
    CaFileOption,
    CertOption,
    KeyOption,
    SchedulerOption,
    UnencryptedOption,
    where_to_run,
)
from autograder.cli.commands import (
    CourseOption,
    DatasetOption,
    IsolationOption,
    course_root,
    on_dataset,
)
from autograder.cli.grading_options import GradingOptions
from autograder.cli.result_reports import ResultReports, signing_key
from autograder.errors import AutograderError


def _target(what: str) -> Any:
    return typer.Option(
        metavar="PATH", help=f"Write {what} there; - for stdout.", show_default=False
    )


def grade(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="The assignment.", show_default=False)
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Files to grade without the gradebook. Without files, the class in "
            "submitted/*/ASSIGNMENT/ is graded into the gradebook.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[str | None, _target("the results as JSON")] = None,
    junit: Annotated[str | None, _target("a JUnit report")] = None,
    gradescope: Annotated[str | None, _target("Gradescope's results.json")] = None,
    markdown: Annotated[str | None, _target("a summary in Markdown")] = None,
    github: Annotated[
        bool,
        typer.Option(
            "--github",
            help="Print annotations for GitHub Actions, and add to the summary of its job.",
        ),
    ] = False,
    sign: Annotated[
        Path | None,
        typer.Option(
            metavar="KEYFILE",
            help="Sign each result in JSON with this private Ed25519 key; by default with the key "
            "in AUTOGRADER_SIGNING_KEY, if there is one.",
            show_default=False,
        ),
    ] = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="PATH",
            help="A file, or a folder of files, that the submission's code may read; may be given "
            "more than once.",
            show_default=False,
        ),
    ] = None,
    student: Annotated[
        str | None,
        typer.Option(
            help="Whose file it is, if there is one file.",
            show_default=False,
        ),
    ] = None,
    student_from: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN|ROSTER",
            help="Where each file's path has its student, as in '{student}/work.ipynb'; or a "
            "roster. By default the name of the file, or of the nearest folder that tells them "
            "apart.",
            show_default=False,
        ),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            metavar="PERCENT",
            min=0,
            max=100,
            help="Exit code 1 if a submission earns less than this share of the points.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes at a time; by default one per core.", show_default=False
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Grade again what is already graded and unchanged.")
    ] = False,
    frozen: Annotated[
        bool,
        typer.Option(
            "--frozen", help="Keep every result that there is; grade only students without one."
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show whose points of a class would change; write nothing."),
    ] = False,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait/--no-wait",
            help="If another run is grading this assignment: wait for it, or end at once.",
        ),
    ] = True,
    changes: Annotated[str | None, _target("what changed in points, as JSON,")] = None,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", help="Print only errors and what needs attention."),
    ] = False,
    dataset: DatasetOption = None,
    isolation: IsolationOption = "namespaces",
    course: CourseOption = None,
    scheduler: SchedulerOption = None,
    tls_ca_file: CaFileOption = None,
    tls_cert: CertOption = None,
    tls_key: KeyOption = None,
    unencrypted: UnencryptedOption = False,
) -> None:
    """Grade a class into the gradebook, or files in CI.

    Exit code 0: done; 1: done, and what is listed needs attention; 2: could not run.

    A class, in parallel, continuing where it stopped: [bold]autograder grade week03[/bold]

    Example in CI: [bold]autograder grade week03 work.ipynb --json - --fail-under 60[/bold]
    """
    from autograder.course.assignment import load_assignment

    found = on_dataset(load_assignment(assignment, course_root(course)), dataset)
    targets = {"json": json, "junit": junit, "gradescope": gradescope, "markdown": markdown}
    wanted = ResultReports(
        {name: target for name, target in targets.items() if target is not None},
        github=github,
        key=signing_key(sign, is_needed=json is not None),
    )
    options = GradingOptions(
        isolation=isolation,
        jobs=jobs,
        fresh=fresh,
        dry_run=dry_run,
        wait=wait,
        quiet=quiet,
        fail_under=fail_under,
        run_on=where_to_run(scheduler, tls_ca_file, tls_cert, tls_key, unencrypted),
    )
    if files:
        if frozen or dry_run or changes is not None:
            raise AutograderError(
                "--frozen, --dry-run and --changes are for a class: name no files."
            )
        from autograder.cli import preflight
        from autograder.cli.grading_files import Files, run
        from autograder.cli.whose_files import students_of

        students = students_of(files, student=student, student_from=student_from)
        preflight.check_files([*files, *(beside or ())])
        code = run(found, Files(students, tuple(beside or ())), options, wanted)
    else:
        from autograder.cli.grading_class import grade_class

        if any(option is not None for option in (student, student_from, beside, gradescope)):
            raise AutograderError(
                "--with, --student, --student-from and --gradescope are for files: name them, as "
                f"in `autograder grade {assignment} FILE`."
            )
        if frozen:
            found = replace(found, frozen=replace(found.frozen, assignment=True))
        code = grade_class(found, options, wanted, changes)
    raise typer.Exit(code)
