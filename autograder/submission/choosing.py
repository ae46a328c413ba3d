"""Which file of a folder is the hand-in: the one with work in it, whatever it is called."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.errors import SubmissionRejected
from autograder.release import Release
from autograder.submission.beside import is_nobodys
from autograder.submission.records import Choice

SUFFIXES = (".ipynb", ".py")


def choose(folder: Path, release: Release) -> Choice:
    """The file to grade in a student's folder, and what to say of the choice.

    Raises:
        SubmissionRejected: there is none that can be read, or the folder is a link to another.
    """
    if folder.is_symlink():
        raise SubmissionRejected("The folder is a symbolic link; hand in the file itself.")
    for suffix in SUFFIXES:
        candidate = folder / f"{release.name}{suffix}"
        if os.path.lexists(candidate):
            return Choice(candidate)
    try:
        others = sorted(
            path
            for path in folder.iterdir()
            if path.suffix in SUFFIXES and not is_nobodys(path.name)
        )
    except OSError as error:
        raise SubmissionRejected(f"The folder cannot be read ({error.strerror}).") from None
    if len(others) == 1:
        return Choice(others[0])
    wanted = f"{release.name}.ipynb"
    if others:
        names = ", ".join(path.name for path in others)
        raise SubmissionRejected(f"There is no {wanted}, and more than one other file: {names}.")
    raise SubmissionRejected(f"Nothing was handed in: there is no {wanted} in the folder.")
