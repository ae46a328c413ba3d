"""`autograder ci init`: workflows that grade a class in the course's own repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from autograder.cli.classroom50 import classroom50
from autograder.cli.commands import CourseOption, ExitCode, IsolationName, course_root

if TYPE_CHECKING:
    from autograder.ci.repository import Repository
    from autograder.ci.workflows import Service, Settings

ci = typer.Typer(
    help="Let a CI service grade the class in the course's repository.", no_args_is_help=True
)

DEFAULT_ISOLATION: dict[Service, IsolationName] = {"github": "namespaces", "gitlab": "restricted"}
"""What runners give that nobody has set up: GitHub's are virtual machines, GitLab's containers."""
NEXT: dict[Service, tuple[str, ...]] = {
    "github": (
        "Commit {file} and {roster} (a line per student).",
        "gh secret set AUTOGRADER_SECRET      # long and random; keep a copy",
        "gh secret set AUTOGRADER_GIT_TOKEN   # opens the students' repositories",
        "git push; gh workflow run {name} -f start_anew=true   # then every night",
        "docs/ci.md: who can see and change what. The repository must be private.",
    ),
    "gitlab": (
        "Commit {file} and {roster} (a line per student), and push.",
        "Settings, CI/CD, Variables: AUTOGRADER_SECRET, long and random; keep a copy.",
        "There too: AUTOGRADER_GIT_TOKEN, which opens the students' repositories.",
        "Build, Pipelines, New pipeline, with START_ANEW=true; then make a schedule.",
        "docs/ci.md: who can see and change what. The project must be private.",
    ),
}
INCLUDED = "Commit {file} and {roster}; .gitlab-ci.yml needs `include: [{{local: {file}}}]`."


@ci.callback()
def of_ci() -> None:
    """Let a CI service grade the class in the course's repository."""


ci.command()(classroom50)


@ci.command()
def init(
    service: Annotated[
        Literal["github", "gitlab"], typer.Argument(metavar="github|gitlab", show_default=False)
    ],
    assignments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ASSIGNMENT]...",
            help="What to grade; by default every assignment of the course.",
            show_default=False,
        ),
    ] = None,
    roster: Annotated[
        str, typer.Option(metavar="PATH", help="The roster, from the course folder.")
    ] = "roster.csv",
    isolation: Annotated[
        IsolationName | None,
        typer.Option(
            help="How student code is isolated there; by default as well as the service's own "
            "runners allow.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Write the workflow there; by default where the service looks for it.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    course: CourseOption = None,
) -> None:
    """Write a workflow that collects, grades and returns the work of the class, every night.

    Exit code 0: written; 1: written, and something needs attention; 2: nothing was written.

    Example: [bold]autograder ci init github[/bold]
    """
    from autograder.ci.repository import repository_of
    from autograder.ci.workflows import FILES, Settings, workflow, write_workflow
    from autograder.course.assignment import assignment_names, load_assignment
    from autograder.errors import CourseError

    root = course_root(course).resolve()
    chosen = list(dict.fromkeys(assignments or assignment_names(root)))
    if not chosen:
        raise CourseError(f"{root} has no assignment (no source/*/assignment.toml) to grade.")
    for name in chosen:
        load_assignment(name, root)
    repository = repository_of(root)
    settings = Settings(service, chosen, roster, isolation or DEFAULT_ISOLATION[service])
    path = output or repository.root / FILES[service]
    write_workflow(path, workflow(settings, repository), replace=force)
    raise typer.Exit(_say_what_to_do_next(settings, repository, path))


def _say_what_to_do_next(settings: Settings, repository: Repository, path: Path) -> ExitCode:
    """Print the next steps, and what is wrong in the repository."""
    from autograder.ci.repository import committed_class_files
    from autograder.ci.workflows import FILES
    from convgrade.commands.console import complain, output, safe

    console = output()
    file = os.path.relpath(path)
    console.print(f"Written: {safe(file)}. What to do next:", soft_wrap=True)
    steps = NEXT[settings.service]
    if settings.service == "gitlab" and path.name != FILES["gitlab"]:
        steps = (INCLUDED, *steps[1:])
    for number, step in enumerate(steps, 1):
        text = step.format(file=file, roster=settings.roster, name=path.name)
        console.print(f"{number}. {safe(text)}", soft_wrap=True)
    committed = committed_class_files(repository.root / repository.course)
    if not committed:
        return ExitCode.DONE
    complain(
        f"The repository holds {', '.join(committed)}: marks or hand-ins, for everybody who can "
        f"read it. Run `git rm -r --cached {' '.join(committed)}`, and list them in .gitignore."
    )
    return ExitCode.ATTENTION
