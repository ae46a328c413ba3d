"""The honest part of a made-up class: right in different ways, unfinished, and mistaken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from autograder.course.assignment import Assignment
from autograder.demo import notebooks
from autograder.demo.made_up import MadeUp

MISCONCEPTIONS = 13

T = TypeVar("T")


def right(assignment: Assignment) -> Iterator[MadeUp]:
    """Yield right solutions from the course's collection, some as modules and some as notebooks."""
    notebook = notebooks.filled(assignment, assignment.solution_module.read_text("utf-8"))
    answered = notebooks.with_written_answers(notebook, assignment)
    yield MadeUp("right_solution", "right: as taught", "full", _notebook(assignment, answered))
    collected = sorted(
        path
        for path in assignment.right_solutions_folder.glob("*")
        if path.suffix in (".py", ".ipynb") and _requirements(path) <= set(assignment.preload)
    )
    for number, path in enumerate(collected):
        what = "right: " + path.stem.replace("_", " ")
        if path.suffix == ".py" and "# %%" not in path.read_text("utf-8") and number % 2:
            notebook = notebooks.filled(assignment, path.read_text("utf-8"))
            yield MadeUp(f"right_{path.stem}", what, "full", _notebook(assignment, notebook))
        else:
            yield MadeUp(f"right_{path.stem}", what, "full", _copied(assignment, path))


def of_other_releases(assignment: Assignment) -> Iterator[MadeUp]:
    """Yield the right solution in the notebook that brings its checks along, and in an older one.

    If there is no such notebook, only the second is yielded.
    """
    releases = [("right_older_release", "an older release", notebooks.older_release(assignment))]
    if assignment.standalone_notebook.is_file():
        brought = notebooks.read(assignment.standalone_notebook)
        releases.append(("right_standalone", "the notebook that brings its checks", brought))
    solution = assignment.solution_module.read_text("utf-8")
    for kind, what, given in releases:
        notebook = notebooks.filled(assignment, solution, into=given)
        answered = notebooks.with_written_answers(notebook, assignment)
        yield MadeUp(kind, f"right: {what}", "full", _notebook(assignment, answered))


def _requirements(path: Path) -> set[str]:
    """The libraries that a right solution needs preloaded: `# requires: …` in its first line."""
    first, _, _ = path.read_text("utf-8").partition("\n")
    names = first.removeprefix("# requires:")
    return set() if names == first else {name.strip() for name in names.split(",")}


def unfinished(assignment: Assignment) -> Iterator[MadeUp]:
    """Yield the release as it was given, and with its first few functions written."""
    yield MadeUp(
        "untouched",
        "handed in as it was given",
        "nothing",
        _notebook(assignment, notebooks.release(assignment)),
    )
    solution = assignment.solution_module.read_text("utf-8")
    names = [exercise.name for exercise in assignment.exercises]
    for share, done in (("a third", len(names) // 3), ("most", len(names) - 2)):
        if not 0 < done < len(names):
            continue
        wanted = _functions_of(assignment, names[:done])
        notebook = notebooks.filled(assignment, solution, only=wanted)
        yield MadeUp(
            f"unfinished_{done}",
            f"{share} of it done",
            "only these lost",
            _notebook(assignment, notebooks.with_written_answers(notebook, assignment)),
            lost=tuple(names[done:]),
        )


def mistaken(assignment: Assignment) -> Iterator[MadeUp]:
    """Yield misconceptions of different exercises, most as notebooks, some as plain modules."""
    from autograder.diagnosis import Misconception, as_submission, load

    by_exercise: dict[str, list[Misconception]] = {}
    for found in load(assignment).misconceptions:
        by_exercise.setdefault(found.exercise, []).append(found)
    for number, found in enumerate(_in_turn(list(by_exercise.values()))[:MISCONCEPTIONS]):
        module = as_submission(assignment, found.function)
        what = found.name.removeprefix(found.exercise).strip("_").replace("_", " ")
        if number % 5 == 4:
            write = _module(assignment, module)
        else:
            notebook = notebooks.filled(assignment, module)
            write = _notebook(assignment, notebooks.with_written_answers(notebook, assignment))
        yield MadeUp(
            found.name,
            f"wrong: {what}",
            "only these lost",
            write,
            lost=(found.exercise,),
        )


def _in_turn(groups: list[list[T]]) -> list[T]:
    """Return the first item of each group, then the second of each, and so on."""
    longest = max((len(group) for group in groups), default=0)
    return [group[n] for n in range(longest) for group in groups if n < len(group)]


def _functions_of(assignment: Assignment, exercises: list[str]) -> list[str]:
    """The functions whose cells belong to these exercises; an exercise may have two."""
    wanted: list[str] = []
    for cell in notebooks.release(assignment)["cells"]:
        names = notebooks.stub_names(cell)
        if set(names) & set(exercises):
            wanted += names
    return wanted


def _notebook(assignment: Assignment, notebook: notebooks.Notebook) -> Callable[[Path], None]:
    return lambda folder: notebooks.write_notebook(folder / f"{assignment.name}.ipynb", notebook)


def _module(assignment: Assignment, text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / f"{assignment.name}.py").write_text(text, encoding="utf-8")

    return write


def _copied(assignment: Assignment, path: Path) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        shutil.copyfile(path, folder / f"{assignment.name}{path.suffix}")

    return write
