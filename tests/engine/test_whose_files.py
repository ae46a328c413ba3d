"""Which student a file is of: by a pattern, by the path, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.cli.whose_files import students_of
from autograder.errors import AutograderError


def names(*files: str, **options: str) -> list[str]:
    return [student for _, student in students_of([Path(file) for file in files], **options)]


@pytest.mark.parametrize(
    ("pattern", "file", "student"),
    [
        ("{student}/work.ipynb", "/x/y/ada/work.ipynb", "ada"),
        ("{student}/{*}", "/x/y/ada/work.ipynb", "ada"),
        ("{student}/*/*.ipynb", "/x/ada/week03/work.ipynb", "ada"),
        ("{student}_{*}", "/x/ada_123_work.ipynb", "ada"),
        ("{student}_{*}/work.py", "/x/Ada L_12_assignsubmission_file_/work.py", "Ada L"),
        ("week03-{student}.ipynb", "/x/week03-ada.b.ipynb", "ada.b"),
        ("{student}", "/x/ada", "ada"),
        ("/{student}/work.py", "/x/ada/work.py", "ada"),
        ("hw[1]({student})+.py", "/x/hw[1](ada)+.py", "ada"),
    ],
)  # fmt: skip
def test_a_pattern_is_matched_from_the_end_of_the_path(
    pattern: str, file: str, student: str
) -> None:
    assert names(file, student_from=pattern) == [student]


def test_a_path_is_matched_as_if_it_were_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ada").mkdir()
    monkeypatch.chdir(tmp_path / "ada")
    assert names("work.ipynb", student_from="{student}/work.ipynb") == ["ada"]


@pytest.mark.parametrize(
    ("pattern", "file"),
    [
        ("{student}/work.ipynb", "/x/ada/other.ipynb"),
        ("{student}/work.ipynb", "/work.ipynb"),
        ("submitted/{student}/work.py", "/x/ada/work.py"),
        ("{student}_{*}", "/x/ada.ipynb"),
        ("{student}.ipynb", "/x/.ipynb"),
    ],
)
def test_a_path_that_is_not_like_the_pattern_is_refused(pattern: str, file: str) -> None:
    with pytest.raises(AutograderError, match="is not like"):
        names(file, student_from=pattern)


@pytest.mark.parametrize("pattern", ["", "work.ipynb", "{name}/x", "{student}/{student}", "{*}"])
def test_what_is_no_pattern_is_refused_with_an_example(pattern: str) -> None:
    with pytest.raises(AutograderError, match="as in"):
        names("/x/ada/work.ipynb", student_from=pattern)


def test_two_files_of_one_student_are_refused() -> None:
    with pytest.raises(AutograderError, match=r"/x/ada_1.py and /x/ada_2.py would both be ada's"):
        names("/x/ada_1.py", "/x/ada_2.py", student_from="{student}_{*}")


def test_what_cannot_be_a_name_is_refused() -> None:
    with pytest.raises(AutograderError, match="cannot be a student's name"):
        names("/x/a\nb/work.py", student_from="{student}/work.py")


@pytest.mark.parametrize(
    ("files", "students"),
    [
        (["/x/ada.py"], ["ada"]),
        (["/x/ada.py", "/y/ben.ipynb"], ["ada", "ben"]),
        (["/x/ada/work.py", "/x/ben/work.py"], ["ada", "ben"]),
        (["submitted/ada/week03", "submitted/ben/week03"], ["ada", "ben"]),
        (["/x/ada/w/work.py", "/x/ben/w/work.py", "/x/cy/v/work.py"], ["ada", "ben", "cy"]),
        (["/x/ada/work.py", "/x/ada/work.py", "/x/ben/work.py"], ["ada", "ada", "ben"]),
        (["/x/ada/work.py", "/x/ada/work.py"], ["work", "work"]),
    ],
)
def test_without_a_pattern_the_nearest_part_that_differs_is_the_student(
    files: list[str], students: list[str]
) -> None:
    assert names(*files) == students


@pytest.mark.parametrize(
    "files",
    [
        ["/x/ada/work.py", "/x/ada/work.ipynb"],
        ["/x/ada/1/work.py", "/x/ada/2/work.py", "/x/ben/1/work.py"],
    ],
)
def test_paths_that_do_not_tell_students_apart_are_refused_with_what_to_do(
    files: list[str],
) -> None:
    with pytest.raises(AutograderError, match="--student-from"):
        names(*files)


ROSTER = """student,name,email
ada,Ada Lovelace,ada@example.edu
max,Max Planck,max@example.edu
ben,,
"""


@pytest.mark.parametrize(
    ("file", "student"),
    [
        ("/x/ada/work.py", "ada"),
        ("/x/ada.py", "ada"),
        ("/x/Ada  Lovelace_123_assignsubmission_file_/work.py", "ada"),
        ("/x/ADA@example.edu/week03/work.py", "ada"),
        ("/home/max/course/submitted/ben/work.py", "ben"),
    ],
)
def test_a_roster_knows_its_students_by_every_name(tmp_path: Path, file: str, student: str) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER)
    assert names(file, student_from=str(roster)) == [student]


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        ("/x/zoe/work.py", "of no student"),
        ("/x/ada/max_pool.py", "of 2 students"),
        ("/ada/a/b/c/work.py", "of no student"),
    ],
)
def test_a_path_that_a_roster_does_not_settle_is_refused(
    tmp_path: Path, file: str, complaint: str
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER)
    with pytest.raises(AutograderError, match=f"{complaint} .*--student-from"):
        names(file, student_from=str(roster))


def test_a_roster_that_is_missing_is_named() -> None:
    with pytest.raises(AutograderError, match=r"none\.csv"):
        names("/x/ada/work.py", student_from="none.csv")


def test_a_named_student_has_one_file_and_no_pattern() -> None:
    assert names("/x/work.py", student="ada") == ["ada"]
    with pytest.raises(AutograderError, match="exclude each other"):
        names("/x/work.py", student="ada", student_from="{student}.py")
