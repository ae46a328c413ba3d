"""Downloads of Moodle, Canvas and Gradescope: who is who, and what is put in place."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from autograder.collecting.downloads import Download, is_download, read_download
from autograder.collecting.from_downloads import place_all, without_work
from autograder.collecting.records import Outcome, State
from autograder.collecting.who import who_is_who
from autograder.course.assignment import Assignment
from autograder.course.rosters import Roster, read_roster
from autograder.errors import CourseError

NAME = "week03"
MOODLE = {
    "Ada Lovelace_12345_assignsubmission_file_/work.ipynb": "ada",
    "Ada Lovelace_12345_assignsubmission_file_/data/x.csv": "1",
    "Ada Lovelace_12345_assignsubmission_onlinetext_/onlinetext.html": "<p>hello</p>",
    "Ben de la Cruz_12346_assignsubmission_file/work.py": "ben",
}
MOODLE_FLAT = {
    "Ada Lovelace_12345_assignsubmission_file_work_1_2.ipynb": "ada",
    "Ben de la Cruz_12346_assignsubmission_file_work.py": "ben",
}
CANVAS = {
    "lovelaceada_11_501_work.ipynb": "ada",
    "lovelaceada_11_502_data_7_8.csv": "1",
    "delacruzben_LATE_12_503_work-1.py": "ben",
    "delacruzben_LATE_12_text.html": "<p>hello</p>",
}
GRADESCOPE_TABLE = {
    "submission_900": {
        ":submitters": [{":name": "Ada Lovelace", ":sid": "001", ":email": "ada@example.org"}],
        ":created_at": datetime(2026, 3, 1, 11, 58, 30, tzinfo=UTC),
        ":score": 0.0,
    },
    "submission_901": {
        ":submitters": [
            {":name": "Ben de la Cruz", ":sid": "", ":email": "ben@example.org"},
            {":name": "Cleo", ":sid": "003", ":email": ""},
        ],
        ":created_at": datetime(2026, 3, 1, 12, 58, tzinfo=UTC),
    },
}
GRADESCOPE = {
    "assignment_7_export/submission_metadata.yml": yaml.safe_dump(GRADESCOPE_TABLE),
    "assignment_7_export/submission_900/work.ipynb": "ada",
    "assignment_7_export/submission_901/work.py": "group",
    "assignment_7_export/submission_901/src/x.py": "1",
}
ROSTER = """student,name,email,identifier,canvas id,sid
ada,Ada Lovelace,ada@example.org,Participant 12345,11,001
ben,Ben de la Cruz,ben@example.org,,,
cleo,Cleo,,,,003
dan,Dan,,,,
"""


def as_zip(folder: Path, files: Mapping[str, str]) -> Path:
    path = folder / "download.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def as_folder(folder: Path, files: Mapping[str, str]) -> Path:
    place = folder / "download"
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return place


def roster(folder: Path, text: str = ROSTER) -> Roster:
    (folder / "roster.csv").write_text(text)
    return read_roster(folder / "roster.csv")


def whose(download: Download, known: Roster | None) -> dict[str, tuple[str, str]]:
    people = who_is_who(download, known)
    return {each.delivery.label: (each.student, each.how) for each in people}


def place(folder: Path, download: Download, known: Roster | None) -> list[Outcome]:
    assignment = Assignment(NAME, folder / "course", NAME, (), {}, {})
    people = who_is_who(download, known)
    return [*place_all(assignment, download, people), *without_work(known, people)]


def placed(folder: Path, student: str) -> dict[str, str]:
    place = folder / "course" / "submitted" / student / NAME
    found = (path for path in place.rglob("*") if path.is_file())
    return {str(path.relative_to(place)): path.read_text() for path in found}


@pytest.mark.parametrize("form", [as_zip, as_folder])
def test_moodle(tmp_path: Path, form: type) -> None:
    download = read_download(form(tmp_path, MOODLE))
    known = roster(tmp_path)
    assert download.system == "Moodle"
    assert whose(download, known) == {
        "Ada Lovelace 12345": ("ada", "number"),
        "Ben de la Cruz 12346": ("ben", "name"),
    }
    outcomes = place(tmp_path, download, known)
    assert [(each.student, each.state) for each in outcomes] == [
        ("ada", State.NEW),
        ("ben", State.NEW),
        ("cleo", State.MISSING),
        ("dan", State.MISSING),
    ]
    assert placed(tmp_path, "ada") == {
        "work.ipynb": "ada",
        "data/x.csv": "1",
        "onlinetext.html": "<p>hello</p>",
    }
    assert placed(tmp_path, "ben") == {"work.py": "ben"}
    again = place(tmp_path, download, known)
    assert [each.state for each in again[:2]] == [State.AS_BEFORE, State.AS_BEFORE]


def test_files_keep_their_time(tmp_path: Path) -> None:
    """Of two files with different work the newest counts."""
    path = tmp_path / "moodle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for year in (2024, 2025):
            info = zipfile.ZipInfo(f"A_1_assignsubmission_file_/{year}.py", (year, 6, 1, 12, 0, 0))
            archive.writestr(info, "1")
    place(tmp_path, read_download(path), None)
    files = sorted((tmp_path / "course" / "submitted" / "A" / NAME).iterdir())
    found = [datetime.fromtimestamp(file.stat().st_mtime).year for file in files]
    assert found == [2024, 2025]


def test_moodle_without_folders(tmp_path: Path) -> None:
    download = read_download(as_zip(tmp_path, MOODLE_FLAT))
    place(tmp_path, download, roster(tmp_path))
    assert placed(tmp_path, "ada") == {"work_1_2.ipynb": "ada"}
    assert placed(tmp_path, "ben") == {"work.py": "ben"}


def test_canvas(tmp_path: Path) -> None:
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section\n"
        '"Lovelace, Ada",11,S1,ada,X\n"de la Cruz, Ben",99,S2,ben,X\n'
    )
    download = read_download(as_zip(tmp_path, CANVAS))
    known = roster(tmp_path, text)
    assert download.system == "Canvas"
    assert whose(download, known) == {
        "lovelaceada 11": ("ada", "number"),
        "delacruzben 12": ("ben", "name"),
    }
    outcomes = place(tmp_path, download, known)
    assert outcomes[1].remarks == ("the platform calls it late",)
    assert placed(tmp_path, "ada") == {"work.ipynb": "ada", "data_7_8.csv": "1"}
    assert placed(tmp_path, "ben") == {"work-1.py": "ben", "text.html": "<p>hello</p>"}


@pytest.mark.parametrize("form", [as_zip, as_folder])
def test_gradescope(tmp_path: Path, form: type) -> None:
    download = read_download(form(tmp_path, GRADESCOPE))
    known = roster(tmp_path)
    assert whose(download, known) == {
        "Ada Lovelace submission_900": ("ada", "number"),
        "Ben de la Cruz submission_901": ("ben", "e-mail"),
        "Cleo submission_901": ("cleo", "number"),
    }
    place(tmp_path, download, known)
    assert placed(tmp_path, "ada") == {
        "work.ipynb": "ada",
        "timestamp.txt": "2026-03-01 11:58:30 UTC\n",
    }
    assert placed(tmp_path, "ben") == placed(tmp_path, "cleo")
    assert placed(tmp_path, "cleo")["src/x.py"] == "1"


def test_without_a_roster_the_platforms_names_count(tmp_path: Path) -> None:
    assert [each[0] for each in whose(read_download(as_zip(tmp_path, MOODLE)), None).values()] == [
        "Ada Lovelace",
        "Ben de la Cruz",
    ]
    found = whose(read_download(as_zip(tmp_path, GRADESCOPE)), None)
    assert [each[0] for each in found.values()] == ["001", "ben@example.org", "003"]


def test_two_of_one_name_are_not_guessed(tmp_path: Path) -> None:
    files = {
        "Ada Lovelace_1_assignsubmission_file_/a.py": "1",
        "Ada Lovelace_2_assignsubmission_file_/a.py": "2",
    }
    download = read_download(as_zip(tmp_path, files))
    for known in (None, roster(tmp_path, "student,name\nada,Ada Lovelace\n")):
        assert {each[0] for each in whose(download, known).values()} == {""}
    two = roster(tmp_path, "student,name\nada,Ada Lovelace\nada2,Ada Lovelace\n")
    assert {each[1] for each in whose(download, two).values()} == {"2 students have this name"}
    outcomes = place(tmp_path, download, None)
    assert {each.state for each in outcomes} == {State.FAILED}
    assert not (tmp_path / "course").exists()


def test_a_student_cannot_turn_a_download_into_another(tmp_path: Path) -> None:
    table = yaml.safe_dump({"submission_1": {":submitters": [{":name": "x", ":sid": "ada"}]}})
    files = {
        **MOODLE,
        "Eve_9_assignsubmission_file_/submission_metadata.yml": table,
        "Eve_9_assignsubmission_file_/submission_1/work.py": "forged",
        "Eve_9_assignsubmission_file_/Ada Lovelace_12345_assignsubmission_file_/work.ipynb": "x",
    }
    download = read_download(as_zip(tmp_path, files))
    assert download.system == "Moodle"
    place(tmp_path, download, None)
    assert placed(tmp_path, "Ada Lovelace")["work.ipynb"] == "ada"


@pytest.mark.parametrize(
    "name",
    [
        "A_1_assignsubmission_file_/../../../evil.py",
        "A_1_assignsubmission_file_..",
        "A_1_assignsubmission_file_/timestamp.txt",
        "/A_1_assignsubmission_file_/evil.py",
        "A_1_assignsubmission_file_/a\nb.py",
        "A_1_assignsubmission_file_/" + "x" * 250 + ".py",
    ],
)
def test_names_that_are_not_put_in_place(tmp_path: Path, name: str) -> None:
    files = {name: "evil", "A_1_assignsubmission_file_/work.py": "1"}
    place(tmp_path, read_download(as_zip(tmp_path, files)), None)
    assert placed(tmp_path, "A") == {"work.py": "1"}
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("name", ["..", ".", "a\tb"])
def test_people_whose_name_cannot_be_used(tmp_path: Path, name: str) -> None:
    table = {"submission_1": {":submitters": [{":name": name}]}}
    files = {"submission_metadata.yml": yaml.safe_dump(table), "submission_1/x.py": "1"}
    outcomes = place(tmp_path, read_download(as_zip(tmp_path, files)), None)
    assert [each.state for each in outcomes] == [State.FAILED]


def test_a_link_in_a_zip_or_folder_is_left_out(tmp_path: Path) -> None:
    path = as_zip(tmp_path, {"A_1_assignsubmission_file_/work.py": "1"})
    link = zipfile.ZipInfo("A_1_assignsubmission_file_/link.py")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    outcome = place(tmp_path, read_download(path), None)[0]
    assert outcome.remarks == ("link.py is left out: it is a symbolic link",)
    folder = as_folder(tmp_path, {"B_1_assignsubmission_file_/work.py": "1"})
    (folder / "B_1_assignsubmission_file_" / "link.py").symlink_to("/etc/passwd")
    place(tmp_path, read_download(folder), None)
    assert placed(tmp_path, "B") == {"work.py": "1"}


def test_a_bomb_costs_one_person(tmp_path: Path) -> None:
    path = as_zip(tmp_path, {"B_2_assignsubmission_file_/work.py": "1"})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("A_1_assignsubmission_file_/zeros.bin", bytes(65 * 2**20))
    states = {each.student: each.state for each in place(tmp_path, read_download(path), None)}
    assert states == {"A": State.FAILED, "B": State.NEW}
    assert not (tmp_path / "course" / "submitted" / "A").exists()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"x.py": "1"}, "is no download that is known"),
        ({"submission_metadata.yml": "a: ["}, "submission_metadata.yml is damaged"),
        ({"submission_metadata.yml": "- 1"}, "submission_metadata.yml is damaged"),
        ({"submission_metadata.yml": "!!python/object:os.system {}"}, "is damaged"),
    ],
)
def test_what_is_no_download(tmp_path: Path, files: dict[str, str], sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        read_download(as_zip(tmp_path, files))


@pytest.mark.parametrize("about", [None, [], "x", {":submitters": "x"}, {":submitters": [1]}])
def test_a_table_of_other_shape(tmp_path: Path, about: object) -> None:
    table = yaml.safe_dump({"submission_1": about})
    download = read_download(
        as_zip(tmp_path, {"submission_metadata.yml": table, "submission_1/x.py": "1"})
    )
    assert place(tmp_path, download, None) == []
    assert download.nobodys == ("submission_1",)


def test_a_damaged_zip(tmp_path: Path) -> None:
    path = as_zip(tmp_path, MOODLE)
    path.write_bytes(path.read_bytes()[:-30])
    assert is_download(path)
    with pytest.raises(CourseError, match="damaged or was cut off"):
        read_download(path)
