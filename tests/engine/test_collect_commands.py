"""`autograder collect` and `autograder return`, as an instructor runs them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from class_course import NAME, PROGRAM, RIGHT, WRONG, grade, write_class
from git_servers import HttpServer, StudentRepository, git, http_server, student_repository


def run(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments], cwd=course, capture_output=True, text=True, timeout=120, check=False
    )


def write_roster(course: Path, *lines: str) -> None:
    (course / "roster.csv").write_text("\n".join(("student,url,deadline", *lines)) + "\n")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_class(tmp_path / "course")


def class_of(folder: Path) -> dict[str, StudentRepository]:
    """Five students; the repository of dan is empty, and cleo has a link in hers."""
    found = {}
    for name, text in {"ada": RIGHT, "ben": WRONG, "cleo": RIGHT, "dan": "", "eve": RIGHT}.items():
        found[name] = student_repository(folder, name)
        if name == "cleo":
            (found[name].work / "link").symlink_to("/etc/passwd")
            git(found[name].work, "add", "link")
        if text:
            found[name].hand_in({f"{NAME}.py": text})
    return found


def test_a_class_from_its_repositories_to_its_feedback(tmp_path: Path, course: Path) -> None:
    repositories = class_of(tmp_path)
    with http_server(HttpServer(tmp_path / "server")) as server:
        lines = [f"{name},{server.url}/{name}.git," for name in repositories]
        write_roster(course, *lines[:4], f"{lines[4]}2020-01-01 12:00 Europe/Berlin")
        collected = run(course, "collect", "roster.csv")
        assert collected.returncode == 1
        assert "4 new, 1 failed" in collected.stderr
        assert "cleo: a symbolic link is left out" in collected.stderr
        assert "dan: the repository is empty" in collected.stderr
        assert "eve: nothing was seen before the deadline (2020-01-01 11:00 UTC)" in (
            collected.stderr
        )
        assert all(len(line) <= 80 for line in collected.stdout.splitlines())
        assert grade(course).returncode == 0
        assert run(course, "collect", "roster.csv").stdout.count("as before") == 4
        assert "1 feedback page" not in run(course, "feedback", NAME).stderr
        returned = run(course, "return", "roster.csv")
        assert returned.returncode == 0, returned.stderr
        assert "4 new, 1 nothing" in returned.stderr
    page = f"feedback:{NAME}/{NAME}.html"
    assert "3 of 3" in git(repositories["ada"].server, "show", page)
    assert "0 of 3" in git(repositories["ben"].server, "show", page)
    assert git(repositories["dan"].server, "branch") == ""


def test_a_download(tmp_path: Path, course: Path) -> None:
    place = tmp_path / "moodle"
    for person in ("Ada Lovelace_1", "Eve\x1b[31m Adams_2"):
        file = place / f"{person}_assignsubmission_file_" / "work.py"
        file.parent.mkdir(parents=True)
        file.write_text(RIGHT)
    (course / "sheet.csv").write_text("student,name\nada,Ada Lovelace\nben,Ben\n")
    trial = run(course, "collect", str(place), "--roster", "sheet.csv", "--dry-run")
    assert "Ada Lovelace 1  ada" in trial.stdout.replace("   ", "  ")
    assert not (course / "submitted").exists()
    done = run(course, "collect", str(place), "--roster", "sheet.csv")
    assert done.returncode == 1
    assert "ben: the download has nothing of this student" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert (course / "submitted" / "ada" / NAME / "work.py").read_text() == RIGHT


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["collect", "roster.csv", "--deadline", "1.3.2026"], "'1.3.2026' is no certain time"),
        (["collect", "roster.csv", "--assignment", "x"], "There is no assignment 'x'"),
        (["collect", "roster.csv", "--roster", "roster.csv"], "--roster is for downloads"),
        (["collect", "tests", "--deadline", "2026-03-01 12:00"], "--deadline is for rosters"),
        (["collect", "tests"], "is no download that is known"),
        (["collect", "other.csv"], "no known form of a roster"),
        (["collect", "names.csv"], "names.csv has no address of a repository: add a column `url`"),
        (["return", "roster.csv", "--to", "x", "--branch", "y"], "Name one of --branch"),
        (["return", "roster.csv"], "There is no feedback page of anybody in the roster"),
    ],
)
def test_what_cannot_run(course: Path, arguments: list[str], sentence: str) -> None:
    write_roster(course, "ada,../ada.git,")
    (course / "other.csv").write_text("a,b\n1,2\n")
    (course / "names.csv").write_text("student\nada\n")
    done = run(course, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (course / "submitted").exists()


def test_places_that_cannot_be_written(tmp_path: Path, course: Path) -> None:
    repository = student_repository(tmp_path, "ada")
    repository.hand_in({"work.py": "1"})
    write_roster(course, f"ada,{repository.server},")
    (course / "submitted").write_text("no folder")
    done = run(course, "collect", "roster.csv")
    assert done.returncode == 2
    assert "submitted" in done.stderr
    assert "Traceback" not in done.stderr


def _commands_for(port: int) -> int:
    """How many processes on this machine talk to a port of a test."""
    found = (process.info["cmdline"] for process in psutil.process_iter(["cmdline"]))
    return sum(f":{port}/" in " ".join(line) for line in found if line)


def test_ctrl_c_ends_all_that_runs(course: Path) -> None:
    """The server never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        write_roster(course, *(f"s{number},git://127.0.0.1:{port}/x," for number in range(3)))
        command = [PROGRAM, "collect", "roster.csv"]
        process = subprocess.Popen(command, cwd=course, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 60
        while _commands_for(port) < 3 and time.monotonic() < end:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Traceback" not in complaint
        assert _commands_for(port) == 0


def test_two_at_once(tmp_path: Path, course: Path) -> None:
    repository = student_repository(tmp_path, "ada")
    repository.hand_in({"work.py": "1"})
    write_roster(course, f"ada,{repository.server},")
    command = [PROGRAM, "collect", "roster.csv"]
    both = [
        subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    printed = [each.communicate(timeout=120)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert sorted(b"as before" in each for each in printed) == [False, True]
