"""What the machine or the course lacks is one sentence and exit code 2, before anything is graded;
and the streams of a command, closed or without Unicode, end it in no other way."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from mini_course import module_text
from typer.testing import CliRunner, Result

from autograder.cli import app, preflight
from autograder.course.assignment import Assignment
from autograder.errors import AutograderError
from autograder.grading import seeds

EPHEMERAL = (*preflight.EPHEMERAL, seeds.VARIABLE)


@pytest.fixture(autouse=True)
def _own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in EPHEMERAL:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def no_grading(monkeypatch: pytest.MonkeyPatch) -> None:
    def grades(*_: object, **__: object) -> None:
        raise AssertionError("something was graded")

    monkeypatch.setattr("autograder.grading.grader.grade", grades)
    monkeypatch.setattr("autograder.grading.scheduling.grade_class", grades)


def grade(course: Assignment, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["grade", "mini", *arguments, "--course", str(course.root)])


def hand_in(course: Assignment, student: str) -> None:
    folder = course.root / "submitted" / student / course.name
    folder.mkdir(parents=True)
    (folder / f"{course.name}.py").write_text(module_text())


def refused(result: Result, sentence: str) -> None:
    assert result.exit_code == 2, result.output
    assert re.search(sentence, result.stderr), result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("no_grading")
def test_a_umask_that_takes_files_from_their_owner(mini_course: Assignment) -> None:
    hand_in(mini_course, "ada")
    before = os.umask(0o777)
    try:
        result = grade(mini_course)
    finally:
        os.umask(before)
    refused(result, "umask 777")


@pytest.mark.usefixtures("no_grading")
def test_no_temporary_folder(mini_course: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_usable(**_: object) -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    hand_in(mini_course, "ada")
    monkeypatch.setattr("autograder.grading.environment.tempfile.TemporaryFile", none_usable)
    refused(grade(mini_course), "TMPDIR")


@pytest.mark.usefixtures("no_grading")
def test_no_further_processes(mini_course: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    hand_in(mini_course, "ada")
    monkeypatch.setattr("autograder.cli.preflight.os.fork", none_left)
    refused(grade(mini_course), "No further processes")


def test_processes_that_were_tried_are_gone() -> None:
    before = set(psutil.Process().children())
    preflight.check_machine()
    assert set(psutil.Process().children()) <= before


@pytest.mark.usefixtures("no_grading")
@pytest.mark.parametrize("place", ["results", "autograded", ".autograder"])
def test_a_file_in_the_way_of_what_a_class_needs(mini_course: Assignment, place: str) -> None:
    hand_in(mini_course, "ada")
    (mini_course.root / place).write_text("in the way")
    refused(grade(mini_course), f"{re.escape(place)}.* cannot be written")


@pytest.mark.usefixtures("no_grading")
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_course(mini_course: Assignment) -> None:
    hand_in(mini_course, "ada")
    mini_course.root.chmod(0o555)
    try:
        refused(grade(mini_course), "cannot be written")
    finally:
        mini_course.root.chmod(0o755)


@pytest.mark.usefixtures("no_grading")
def test_a_class_of_folders_without_a_name_is_nobodys(mini_course: Assignment) -> None:
    hand_in(mini_course, "new\nline")
    result = grade(mini_course)
    assert result.exit_code == 2
    assert "Nobody has handed in" in result.stderr


# -- secrets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["CI", "GITHUB_ACTIONS", "TF_BUILD"])
def test_a_new_secret_on_a_machine_that_is_thrown_away_is_told_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
) -> None:
    monkeypatch.setenv(variable, "true")
    preflight.check_secret(tmp_path)
    said = capsys.readouterr().err
    assert said.count("AUTOGRADER_SECRET is not set") == 1
    preflight.check_secret(tmp_path)  # now there is one
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("ci", "secret"), [("", ""), ("false", ""), ("true", "given")])
def test_elsewhere_or_with_a_secret_nothing_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ci: str,
    secret: str,
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv(seeds.VARIABLE, secret)
    preflight.check_secret(tmp_path)
    assert capsys.readouterr().err == ""


def test_a_secret_that_cannot_be_kept_is_told_before_anything_is_graded(tmp_path: Path) -> None:
    (tmp_path / ".autograder").write_text("in the way")
    with pytest.raises(AutograderError, match="AUTOGRADER_SECRET"):
        preflight.check_secret(tmp_path)


# -- the streams -------------------------------------------------------------------------------

MAIN = "from autograder.cli import main; main()"


def command(
    *arguments: str, closed: tuple[int, ...] = (), **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command as the console script does, with some of the standard streams closed."""
    closing = "".join(f" {number}>&-" for number in closed)
    return subprocess.run(
        ["sh", "-c", f'exec "$0" "$@"{closing}', sys.executable, "-c", MAIN, *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}


def test_ascii_streams_show_what_they_can(mini_course: Assignment, tmp_path: Path) -> None:
    file = tmp_path / "ada.py"
    file.write_text(module_text(double="def double(x):\n    raise ValueError('größer → 1')"))
    done = command("grade", "mini", str(file), "--course", str(mini_course.root), **ASCII)
    assert done.returncode == 0, done.stderr
    assert b"* increment  4/4" in done.stdout
    assert b"o double" in done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_closed_streams_change_nothing_of_the_report(
    mini_course: Assignment, tmp_path: Path, closed: tuple[int, ...]
) -> None:
    (tmp_path / "ada.py").write_text(module_text())
    report = tmp_path / "all.json"
    arguments = ["grade", "mini", str(tmp_path / "ada.py"), "--json", str(report)]
    done = command(*arguments, "--course", str(mini_course.root), closed=closed)
    assert done.returncode == 0, done.stderr
    assert '"score": 6.0' in report.read_text()


def test_a_full_disk_under_stdout_is_no_success() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this machine has no /dev/full")
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" --version > /dev/full', sys.executable, MAIN],
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert re.fullmatch(r"convgrade \d[\w.]*\n", result.stdout)


def test_help_shows_what_the_package_is_for() -> None:
    import pydoc

    import autograder

    text = pydoc.plain(pydoc.render_doc(autograder))
    assert "grade(submission" in text
    assert "class Result" in text
    assert {"grade", "Result"} <= set(dir(autograder))
