"""Where reports go: whatever kind of target a path is, it stays that, and is looked at first."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest
from mini_course import module_text
from typer.testing import CliRunner, Result

from autograder.cli import app, reports
from autograder.course.assignment import Assignment
from autograder.errors import AutograderError


@pytest.fixture
def umask() -> object:
    """The usual one, whatever the machine's."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def checked_and_written(target: Path | str, text: str = "{}") -> None:
    reports.check([str(target)])
    reports.write(str(target), text)


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_a_new_file_obeys_the_umask(tmp_path: Path, umask: object, mask: int) -> None:
    os.umask(mask)
    checked_and_written(tmp_path / "results.json")
    assert stat.S_IMODE((tmp_path / "results.json").stat().st_mode) == 0o666 & ~mask


def test_a_file_that_is_there_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "results.json"
    target.write_text("an older and longer report")
    target.chmod(0o640)
    checked_and_written(target)
    assert target.read_text() == "{}\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [target]


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    checked_and_written(tmp_path / "a" / "b" / "results.json")
    assert (tmp_path / "a" / "b" / "results.json").read_text() == "{}\n"


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_followed_and_stays_a_link(tmp_path: Path, there: bool) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    if there:
        real.write_text("before")
    link.symlink_to(real)
    checked_and_written(link)
    assert link.is_symlink()
    assert real.read_text() == "{}\n"


def test_a_file_with_two_names_keeps_both(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("before")
    os.link(one, two)
    checked_and_written(one)
    assert two.read_text() == "{}\n"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(pipe.read_text()))
    reports.check([str(pipe)])
    reader.start()
    reports.write(str(pipe), "{}")
    reader.join()
    assert said == ["{}\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_written_to_and_stays_a_device(tmp_path: Path) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        with device.open("w"):
            pass
    except OSError:
        pytest.skip("this machine lets nobody make devices")
    checked_and_written(device)
    assert stat.S_ISCHR(device.stat().st_mode)


@pytest.mark.parametrize("folder", ["/dev/fd", "/proc/self/fd"])
def test_an_open_descriptor_is_written_to(folder: str) -> None:
    reader, writer = os.pipe()
    checked_and_written(f"{folder}/{writer}")
    os.close(writer)
    with os.fdopen(reader) as opened:
        assert opened.read() == "{}\n"


def test_a_descriptor_of_a_file_goes_on_where_it_is(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+") as log:
        log.write("before\n")
        log.flush()
        checked_and_written(f"/dev/fd/{log.fileno()}")
    assert (tmp_path / "log").read_text() == "before\n{}\n"


def test_a_job_summary_is_added_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary"
    summary.write_text("of an earlier step\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    checked_and_written(summary, "### mini")
    assert summary.read_text() == "of an earlier step\n### mini\n"


@pytest.mark.parametrize("target", ["", "folder", "file/below", "/dev/fd/987654"])
def test_what_cannot_be_written_is_one_sentence_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    with pytest.raises(AutograderError, match="cannot be written"):
        reports.check([target])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("second", ["results", "link", "./results"])
def test_two_reports_cannot_go_to_one_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("results")
    with pytest.raises(AutograderError, match="Two reports"):
        reports.check(["results", second])


def test_stdout_under_another_name_is_stdout() -> None:
    assert reports.goes_to_stdout("-")
    assert reports.goes_to_stdout("/dev/fd/1")
    assert not reports.goes_to_stdout("/dev/fd/2")
    with pytest.raises(AutograderError, match="Only one report"):
        reports.check(["-", "/proc/self/fd/1"])


# -- through the command ---------------------------------------------------------------------


def grade(course: Assignment, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["grade", "mini", *arguments, "--course", str(course.root)])


@pytest.fixture
def no_grading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails a test in which anything is graded."""

    def grades(*_: object, **__: object) -> None:
        raise AssertionError("something was graded")

    monkeypatch.setattr("autograder.grading.grader.grade", grades)
    monkeypatch.setattr("autograder.grading.scheduling.grade_files", grades)
    monkeypatch.setattr("autograder.grading.scheduling.grade_class", grades)


@pytest.mark.usefixtures("no_grading")
def test_a_report_that_cannot_be_written_ends_it_before_anything_is_graded(
    mini_course: Assignment, tmp_path: Path
) -> None:
    (tmp_path / "ada.py").write_text(module_text())
    result = grade(mini_course, str(tmp_path / "ada.py"), "--json", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("no_grading")
def test_a_mistyped_path_ends_it_before_the_others_are_graded(
    mini_course: Assignment, tmp_path: Path
) -> None:
    (tmp_path / "ada.py").write_text(module_text())
    result = grade(mini_course, str(tmp_path / "ada.py"), str(tmp_path / "bne.py"))
    assert result.exit_code == 2
    assert "bne.py" in result.stderr
    assert "ada.py" not in result.stderr


@pytest.mark.usefixtures("no_grading")
@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "../ada", "a\x00b", "a\nb", "a" * 300])
def test_what_is_no_name_is_refused_before_anything_is_graded(
    mini_course: Assignment, tmp_path: Path, name: str
) -> None:
    (tmp_path / "ada.py").write_text(module_text())
    result = grade(mini_course, str(tmp_path / "ada.py"), "--student", name)
    assert result.exit_code == 2
    assert "cannot be a student's name" in result.stderr


def test_a_fault_writes_no_document_for_gradescope_and_takes_away_an_older_one(
    mini_course: Assignment, tmp_path: Path
) -> None:
    suite = mini_course.suite_file("double")
    suite.write_text(suite.read_text().replace("expect.close", "expcet.close"))
    (tmp_path / "ada.py").write_text(module_text())
    document, older = tmp_path / "all.json", tmp_path / "results.json"
    older.write_text('{"score": 6}')
    arguments = ["--gradescope", str(older), "--json", str(document)]
    result = grade(mini_course, str(tmp_path / "ada.py"), *arguments)
    assert result.exit_code == 1
    assert not older.exists()
    assert json.loads(document.read_text())[0]["score"] is None
    assert "tests/hidden/mini/test_double.py, line 8, test_example: NameError" in result.stderr
    assert "increment  4/4" in result.stdout
    assert "double     not graded, worth 2" in result.stdout
