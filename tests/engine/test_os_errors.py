"""Errors of the operating system name the file, and say what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from convgrade.atomic_files import write_text
from convgrade.os_errors import in_a_sentence, is_for_people, is_of_the_machine, naming


def test_writing_to_an_open_file_names_it() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this machine has no /dev/full")
    with (
        pytest.raises(OSError, match="/course/ada") as caught,
        naming("/course/ada.json"),
        open("/dev/full", "wb", buffering=0) as file,
    ):
        file.write(b"x")
    assert is_of_the_machine(caught.value)
    assert in_a_sentence(caught.value) == (
        "The disk with /course/ada.json is full. Make room and run the command again: what is "
        "done is kept."
    )


def test_a_file_that_cannot_be_replaced_is_named_and_not_its_temporary_one(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("in the way")
    with pytest.raises(OSError, match=r"exists|directory") as caught:
        write_text(tmp_path / "results" / "ada.json", "{}")
    assert caught.value.filename == str(tmp_path / "results" / "ada.json")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file", "/c/submitted"), "/c/submitted is not"),
        (PermissionError(errno.EACCES, "Permission denied", "/c/x"), "/c/x: Permission denied."),
        (OSError(errno.ENOSPC, "No space left"), "The disk with the course, or with /tmp, is full"),
    ],
)
def test_a_sentence_says_what_to_do(error: OSError, sentence: str) -> None:
    assert is_for_people(error)
    assert in_a_sentence(error).startswith(sentence)
    assert "run the command again" in in_a_sentence(error)


def test_an_error_without_a_file_that_nobody_can_mend_is_ours() -> None:
    assert not is_for_people(OSError(errno.EINVAL, "Invalid argument"))
    assert not is_for_people(FileNotFoundError(errno.ENOENT, "No such file"))
    assert not is_for_people(OSError("told in words only"))
