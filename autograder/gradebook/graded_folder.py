"""The folder of a graded notebook in `autograded/`, replaced in one step."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from nbformat import NotebookNode, v4
from nbgrader.utils import find_all_files

from autograder.gradebook.book import Book
from autograder.gradebook.submission_time import is_plain_file


def graded_folder(book: Book, student: str) -> Path:
    """The path of a student's folder with the graded notebook."""
    folders = book.folders
    return Path(folders.format_path(folders.autograded_directory, student, book.assignment.name))


def replace_folder(book: Book, student: str, notebook: NotebookNode, handed_in: Path) -> None:
    """Replace the folder of an earlier run with the graded notebook and its other files.

    Args:
        book: the open gradebook.
        student: the student.
        notebook: the graded notebook.
        handed_in: the folder of the hand-in, from which plain files are copied.
    """
    assignment, target = book.assignment, graded_folder(book, student)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{assignment.name}.*"):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{assignment.name}."))
    try:
        ignored = [*book.folders.ignore, "*.ipynb"]
        beside = () if handed_in.is_symlink() else (handed_in,)
        for origin in (*beside, assignment.source_notebook.parent):
            for found in map(Path, find_all_files(str(origin), ignored)):
                if is_plain_file(found):
                    copy = scratch / found.relative_to(origin)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(found, copy)
        text = v4.writes(notebook).rstrip("\n") + "\n"
        (scratch / assignment.release_notebook.name).write_text(text, encoding="utf-8")
        for file in scratch.rglob("*"):
            if file.is_file():
                file.chmod(0o444)
        scratch.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        scratch.rename(target)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
