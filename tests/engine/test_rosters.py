"""Rosters: our own form, and the exports of other systems as they come."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.course.rosters import Entry, Roster, read_roster
from autograder.errors import CourseError

OWN = """student,name,email,url,branch,deadline
ada,Ada Lovelace,ada@example.org,https://example.org/ada.git,main,2026-03-01 12:00 UTC
ben,"Britten, Ben",,git://example.org/ben,,2026-03-02T12:00+01:00
"""
CLASSROOM_ROSTER = """identifier,github_username,github_id,name
"ada@example.org","adal","1001","Ada Lovelace"
"Britten, Ben (i02)","","",""
"""
CLASSROOM_GRADES = (
    '"assignment_name","assignment_url","starter_code_url","github_username","roster_identifier",'
    '"student_repository_name","student_repository_url","submission_timestamp",'
    '"points_awarded","points_available"\n'
    '"week03","https://classroom.github.com/x","https://api.github.com/repos/o/w","adal","ada",'
    '"week03-adal","https://github.com/o/week03-adal","2026-03-01 23:59:59 UTC","0","10"\n'
    '"week03","https://classroom.github.com/x","https://api.github.com/repos/o/w","benb","",'
    '"week03-benb","https://github.com/o/week03-benb","","0","10"\n'
)
MOODLE_PARTICIPANTS = """"First name",Surname,"ID number","Email address",Groups
Ada,Lovelace,s1001,ada@example.org,"A, G1"
Ben,Britten,,ben@example.org,B
"""
MOODLE_WORKSHEET = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    '"Participant 12345","Ada Lovelace",ada@example.org,"Submitted for grading",,100.00,Yes,'
    '"Sunday, 1 March 2026, 11:58 AM",-,\n'
)
MOODLE_BLIND = """Identifier,Status,Grade
"Participant 12345",Submitted,
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Week 3 (23)
,,,,,Manual Posting
    Points Possible,,,,,28.00
"Lovelace, Ada",11,S1001,adal,XC 101,
"Britten, Ben",12,S1002,,XC 101 and XC 102,
"Student, Test",13,,9c1185a5c5e9fc54612808977ee8f548b2258d31,XC 101,
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Role
Ada,Lovelace,001,ada@example.org,Student
Ben,Britten,,ben@example.org,Student
"""


def roster(folder: Path, text: str | bytes) -> Roster:
    path = folder / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_roster(path)


def students(found: Roster) -> list[str]:
    return [entry.student for entry in found.entries]


def test_own_form(tmp_path: Path) -> None:
    found = roster(tmp_path, OWN)
    assert found.entries[0] == Entry(
        student="ada",
        line=2,
        name="Ada Lovelace",
        email="ada@example.org",
        url="https://example.org/ada.git",
        branch="main",
        deadline=datetime(2026, 3, 1, 12, tzinfo=UTC),
        columns={
            "student": "ada",
            "name": "Ada Lovelace",
            "email": "ada@example.org",
            "url": "https://example.org/ada.git",
            "branch": "main",
            "deadline": "2026-03-01 12:00 UTC",
        },
    )
    assert found.by_student["ben"].deadline == datetime(2026, 3, 2, 11, tzinfo=UTC)


def test_roster_of_github_classroom(tmp_path: Path) -> None:
    found = roster(tmp_path, CLASSROOM_ROSTER)
    assert found.system == "GitHub Classroom"
    assert students(found) == ["ada@example.org", "Britten, Ben (i02)"]
    assert found.entries[0].ids == {"github": "adal", "github_number": "1001"}
    assert found.entries[0].name == "Ada Lovelace"


def test_grades_of_github_classroom(tmp_path: Path) -> None:
    found = roster(tmp_path, CLASSROOM_GRADES)
    assert students(found) == ["ada", "benb"], "without an identifier, the user's name counts"
    assert found.entries[0].url == "https://github.com/o/week03-adal"
    assert found.entries[0].pushed_at is None, "GitHub Classroom does not say what this time is"


def test_participants_of_moodle(tmp_path: Path) -> None:
    found = roster(tmp_path, MOODLE_PARTICIPANTS)
    assert students(found) == ["s1001", "ben@example.org"]
    assert found.entries[0].name == "Ada Lovelace"
    assert found.entries[0].ids == {"id_number": "s1001"}
    assert found.entries[0].columns["Groups"] == "A, G1"


@pytest.mark.parametrize(
    ("text", "student"),
    [(MOODLE_WORKSHEET, "ada@example.org"), (MOODLE_BLIND, "Participant 12345")],
)
def test_grading_worksheet_of_moodle(tmp_path: Path, text: str, student: str) -> None:
    found = roster(tmp_path, text)
    assert found.system == "Moodle"
    assert students(found) == [student]
    assert found.entries[0].ids == {"participant": "12345"}


def test_gradebook_of_canvas(tmp_path: Path) -> None:
    found = roster(tmp_path, CANVAS)
    assert found.system == "Canvas"
    assert students(found) == ["adal", "S1002"]
    ada = found.entries[0]
    assert ada.ids == {"canvas": "11", "sis_user": "S1001", "sis_login": "adal"}
    assert ada.name == ada.columns["Student"] == "Lovelace, Ada"
    assert ada.line == 4


def test_roster_of_gradescope(tmp_path: Path) -> None:
    found = roster(tmp_path, GRADESCOPE)
    assert students(found) == ["001", "ben@example.org"]
    assert found.entries[0].ids == {"sid": "001"}


def test_an_added_column_names_the_student(tmp_path: Path) -> None:
    text = "First name,Last name,Email address,student,url\nAda,Lovelace,a@b.org,ada,/srv/ada.git\n"
    found = roster(tmp_path, text)
    assert found.system == "Moodle"
    assert students(found) == ["ada"]
    assert found.entries[0].url == "/srv/ada.git"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, separator: str) -> None:
    text = separator.join(("student", "name")) + "\r\n" + separator.join(("zoë", "Zoë Ö.")) + "\r\n"
    found = roster(tmp_path, text.encode(encoding))
    assert [(entry.student, entry.name) for entry in found.entries] == [("zoë", "Zoë Ö.")]


def test_note_of_excel_on_the_separator(tmp_path: Path) -> None:
    found = roster(tmp_path, "sep=;\nstudent;name\nada;Ada\n")
    assert [(entry.student, entry.line) for entry in found.entries] == [("ada", 3)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("student\n", "names no student"),
        ("who,where\nada,x\n", "no known form of a roster has these columns: who, where"),
        ("student\nada\n\nben\nada\n", "line 5: 'ada' stands in line 2 already"),
        ("student\n../x\n", "line 2: '../x' cannot be a student's name"),
        ("student,name\n,Ada\n", "line 2: the student has no name. Fill in `student`"),
        ("First name,Last name\nAda,L\n", "line 2: the student has no name. Fill in a column"),
        ("student,name\nada,Lovelace, Ada\n", "line 2: it has 3 cells and the first line only 2"),
        ("student,deadline\nada,1.3.2026\n", "line 2: '1.3.2026' is no certain time"),
        ("student,deadline\nada,2026-03-01 12:00 CEST\n", "is no certain time"),
        ('student,name\nada,"Ada\nben,Ben\n', "line 2: the line cannot be read"),
        ("student,url,url\nada,x,y\n", "has 2 columns `url`: keep one"),
        ("student,branch,tag\nada,main,v1\n", "line 2: it names a branch and a tag"),
        ("student,commit\nada,abc\n", "line 2: `commit` and `pushed_at` belong together"),
        ("student,commit,pushed_at\nada,abc,2026-03-01 12:00\n", "'abc' is no full commit"),
        (b"student\nada\x00\n", "cannot be read as a table"),
        (b"PK\x03\x04\x00\x00", "cannot be read as a table"),
    ],
)
def test_faulty_rosters(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(CourseError) as caught:
        roster(tmp_path, text)
    assert sentence in str(caught.value)


def test_a_roster_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="does not exist"):
        read_roster(tmp_path / "none.csv")
    with pytest.raises(CourseError, match="a folder"):
        read_roster(tmp_path)


def test_a_column_may_be_longer_than_pythons_limit(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="line 2: the line cannot be read"):
        roster(tmp_path, "student\n" + "a" * 200_000 + "\n")
