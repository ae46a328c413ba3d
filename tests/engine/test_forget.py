"""`autograder forget`: nothing of a student is left in a course, and nobody else loses anything."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import postgresql
import pytest
from book_course import NAME
from class_course import PROGRAM, RIGHT, WRONG, grade, write_class
from nbgrader.api import Gradebook
from sandboxes import available
from sqlalchemy import create_engine, text
from test_gradebook import hand_in, result_of, write
from typer.testing import CliRunner, Result

from autograder.cli import app
from autograder.course.assignment import load_assignment
from autograder.course.locks import locked
from autograder.forgetting import forgetting, stored
from autograder.forgetting.mentions import mentioning, pattern
from autograder.gradebook import forgetting as gradebook_rows
from autograder.gradebook import written_marks
from autograder.gradebook.forgetting import Rows, rows_of
from autograder.gradebook.rubric_points import item_key

ZOE = "Zoë Quark-Łukasz"
BEN = "ben"
COMMENT = "A remark that only this student got, 4711."


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that was graded and marked, with feedback."""
    root = write_class(tmp_path_factory.mktemp("forget") / "course")
    fill(root)
    return root


def fill(root: Path) -> None:
    for student, code in ((ZOE, RIGHT), (BEN, WRONG)):
        hand_in(load_assignment(NAME, root), student, f"Since it is added, says {student}.", code)
    done = grade(root, "--isolation", available())
    assert done.returncode in (0, 1), done.stderr
    mark(root, ZOE, COMMENT)
    mark(root, BEN, "Go on.")
    done = subprocess.run([PROGRAM, "feedback", NAME], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    collected = root / ".autograder" / "collected" / NAME / ZOE
    collected.mkdir(parents=True)
    (collected / "record.json").write_text('{"place": "https://git.example/zoe"}')
    (root / ".nbgrader.log").write_text(f"[A] Grading submitted/{ZOE}/x\n[A] Grading ben\n")


def mark(root: Path, student: str, comment: str) -> None:
    course = load_assignment(NAME, root)
    given = written_marks.Mark(2.5, False, comment, {item_key("1 point: so."): 1.0})
    seen = written_marks.marks(course, "why")[student].version
    written_marks.save(course, "why", student, given, seen)


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "course", symlinks=True))


def forget(course: Path, *arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, ["forget", *arguments, "--course", str(course)], input=answer)


def bytes_of(course: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in course.rglob("*") if path.is_file())


def state(course: Path, student: str) -> dict[str, bytes]:
    """All files of a student."""
    found = [path for path in course.rglob("*") if student in str(path.relative_to(course))]
    return {str(path.relative_to(course)): path.read_bytes() for path in found if path.is_file()}


def test_no_byte_of_the_student_is_left_and_nobody_else_loses_anything(course: Path) -> None:
    before, rows = state(course, BEN), rows_of(course, BEN)
    assert ZOE.encode() in (course / "gradebook.db").read_bytes()
    assert COMMENT.encode() in (course / "gradebook.db").read_bytes()
    done = forget(course, ZOE, "--yes")
    assert done.exit_code == 0, done.output
    left = bytes_of(course)
    for form in (ZOE, json.dumps(ZOE)[1:-1], COMMENT, "git.example"):
        assert form.encode() not in left
    assert not [path for path in course.rglob("*") if "Quark" in path.name]
    assert state(course, BEN) == before
    assert rows_of(course, BEN) == rows == Rows(1, 1, 2, 2, 1)
    assert (course / ".nbgrader.log").read_text() == "[A] Grading ben\n"


def test_the_course_goes_on_without_the_student(course: Path) -> None:
    assert forget(course, ZOE, "--yes").exit_code == 0
    done = grade(course, "--isolation", available())
    assert done.returncode in (0, 1), done.stderr
    assert [path.name for path in (course / "results" / NAME).iterdir()] == [f"{BEN}.json"]
    assert not rows_of(course, ZOE)


def test_it_shows_what_there_is_and_asks(course: Path) -> None:
    before = bytes_of(course)
    done = forget(course, ZOE, answer="n\n")
    assert done.exit_code == 2
    assert "--yes" in done.output
    for part in (f"submitted/{ZOE}", f"results/{NAME}/{ZOE}.json", "the gradebook"):
        assert part in done.stdout
    assert bytes_of(course) == before


def test_it_says_in_which_files_the_name_still_stands(course: Path) -> None:
    (course / "report.html").write_text("<td>Zo&euml;</td>" + f"<td>{ZOE}</td>", encoding="utf-8")
    (course / "grades.json").write_text(json.dumps({ZOE: 3}))
    done = forget(course, ZOE, "--yes")
    assert done.exit_code == 1
    assert re.findall(r"^  (\S+)$", done.stdout, re.MULTILINE) == ["grades.json", "report.html"]


@pytest.mark.parametrize("name", ["nobody", "secret", "gradebook.lock", NAME])
def test_an_unknown_student_is_one_sentence(course: Path, name: str) -> None:
    before = bytes_of(course)
    done = forget(course, name, "--yes")
    assert done.exit_code == 2
    assert "Nothing is stored of" in done.stderr
    assert bytes_of(course) == before


@pytest.mark.parametrize("name", ["../ben", "", ".", "a\nb", "x" * 300])
def test_what_cannot_be_a_name_is_refused(course: Path, name: str) -> None:
    done = forget(course, name, "--yes")
    assert done.exit_code == 2
    assert "cannot be a student's name" in done.stderr


def test_a_second_time_there_is_nothing(course: Path) -> None:
    assert forget(course, ZOE, "--yes").exit_code == 0
    assert forget(course, ZOE, "--yes").exit_code == 2


def test_a_link_is_deleted_and_not_followed(course: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (course / "submitted" / ZOE).rename(elsewhere)
    (course / "submitted" / ZOE).symlink_to(elsewhere)
    assert forget(course, ZOE, "--yes").exit_code == 0
    assert elsewhere.is_dir()
    assert any(elsewhere.rglob("*.ipynb"))
    assert not os.path.lexists(course / "submitted" / ZOE)


@pytest.mark.parametrize(
    ("module", "step", "times"),
    [
        (forgetting, "delete_rows", 0),
        (gradebook_rows, "_write_anew", 0),
        (forgetting, "delete_stored", 0),
        (stored, "_delete", 2),
    ],
)
def test_after_an_interruption_the_same_command_goes_on(
    course: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, step: str, times: int
) -> None:
    original, done = getattr(module, step), list[object]()

    def interrupted(*arguments: object) -> None:
        if len(done) == times:
            raise KeyboardInterrupt
        done.append(original(*arguments))

    with monkeypatch.context() as patch:
        patch.setattr(module, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            forgetting.forget(course, ZOE)
    assert forget(course, ZOE, "--yes").exit_code == 0
    assert ZOE.encode() not in bytes_of(course)


def test_it_waits_while_a_run_grades(course: Path) -> None:
    told, waiting = list[str](), threading.Event()

    def on_wait(what: str) -> None:
        told.append(what)
        waiting.set()

    with locked(course, f"grading-{NAME}"):
        other = threading.Thread(target=forgetting.forget, args=(course, ZOE, on_wait))
        other.start()
        assert waiting.wait(60)
        assert (course / "submitted" / ZOE).is_dir()
    other.join(60)
    assert told == [f"grading-{NAME}"]
    assert not (course / "submitted" / ZOE).exists()


def test_a_gradebook_that_cannot_be_used_stops_it_before_any_file_is_deleted(course: Path) -> None:
    (course / "gradebook.db").write_bytes(b"no database" * 100)
    done = forget(course, ZOE, "--yes")
    assert done.exit_code == 2
    assert "gradebook.db" in done.stderr
    assert (course / "submitted" / ZOE).is_dir()


def test_a_student_without_a_gradebook_is_deleted(tmp_path: Path) -> None:
    root = write_class(tmp_path / "course", ada=RIGHT, adam=RIGHT)
    assert forget(root, "ada", "--yes").exit_code == 0
    assert not (root / "gradebook.db").exists()
    assert [path.name for path in (root / "submitted").iterdir()] == ["adam"]


# -- names in files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "written", "is_there"),
    [
        ("ada", "ada,3", True),
        ("ada", "adam", False),
        ("ada", "canada", False),
        ("ada", "x/ada/y", True),
        ("Zoë", "Zoe\u0308", True),
        ("Zoë", '{"Zo\\u00eb": 1}', True),
        ("a&b", "<td>a&amp;b</td>", True),
        ("a b", "/a%20b/", True),
        ("a.b", "axb", False),
    ],
)
def test_a_name_is_found_as_formats_write_it(name: str, written: str, is_there: bool) -> None:
    assert bool(pattern(name).search(written.encode())) == is_there


def test_names_of_files_count_and_history_does_not(tmp_path: Path) -> None:
    for name in (".git/ada", "old/ada/x", "empty"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(mentioning(tmp_path, "ada")) == [tmp_path / "old" / "ada"]


# -- on a server -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if reason := postgresql.lacking():
        pytest.skip(reason)
    with postgresql.server() as address:
        yield address


def tables_of(server: str) -> bytes:
    """The files of all tables, as the server has them on its disk."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    engine.dispose()
    (folder,) = parse_qs(urlsplit(server).query)["host"]
    found = [path for path in Path(folder).rglob("*") if path.is_file() and "base" in path.parts]
    return b"\0".join(path.read_bytes() for path in found)


def test_on_a_postgresql_server(server: str, tmp_path: Path) -> None:
    root = write_class(tmp_path / "course")
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.CourseDirectory.db_url = {server!r}\n")
        config.write("c.CourseDirectory.course_id = 'networks'\n")
    course = load_assignment(NAME, root)
    for student in (ZOE, BEN):
        hand_in(course, student, f"Since it is added, says {student}.")
    assert write(course, result_of(ZOE), result_of(BEN, 1.5)) == {}
    mark(root, ZOE, COMMENT)
    mark(root, BEN, "Go on.")
    assert COMMENT.encode() in tables_of(server)
    done = forget(root, ZOE, "--yes")
    assert done.exit_code == 0, done.output
    for each in (COMMENT, ZOE):
        assert each.encode() not in tables_of(server)
    assert "server also has logs and backups" in " ".join(done.stdout.split())
    with Gradebook(server, "networks") as gradebook:
        assert [student.id for student in gradebook.students] == [BEN]
    assert rows_of(root, BEN) == Rows(1, 1, 2, 2, 1)
    assert ZOE.encode() not in bytes_of(root)
