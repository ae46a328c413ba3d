"""`autograder init`, from an installed wheel and from a clone; graded code sees no archive."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from containers import USER_IN_DOCKER, needs_root, run_in
from installed_wheel import installed_wheel
from sandboxes import available
from small_disks import needs_mounts, on_a_full_disk, read_only
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.assignment import assignment_names, load_assignment
from autograder.course.shipped import ARCHIVE, assignment_of, files_of_course, pack
from autograder.errors import AutograderError, UnknownAssignment
from autograder.sandbox.linux import landlock
from autograder.starting.new_course import new_course

ROOT = Path(__file__).parents[2]
EXPLOIT = ROOT / "tests" / "exploits" / "secrets" / "shipped_course.py"
NAME = "pooling_padding"


@pytest.fixture(scope="module")
def environment() -> Iterator[Path]:
    with installed_wheel() as folder:
        yield folder


@pytest.fixture(scope="module")
def course(environment: Path) -> Path:
    """A course that the installed package made, in a folder with an odd name."""
    place = environment.parent / "Kurs für Netze" / "mein Kurs"
    made = run(environment, "init", str(place), cwd=environment.parent)
    assert made.returncode == 0, made.stderr
    assert f"cd '{place}'" in made.stderr
    return place


def run(
    environment: Path, *arguments: str, cwd: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run `autograder` of the environment, which knows nothing of this repository."""
    return subprocess.run(
        [environment / "bin" / "autograder", *arguments],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | settings,
        capture_output=True,
        text=True,
    )


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_the_wheel_carries_every_file_of_the_course(course: Path) -> None:
    made = contents(course)
    assert made.keys() == {*files_of_course(ROOT), "README.md", ".gitignore"}
    assert all(made[name] == (ROOT / name).read_bytes() for name in files_of_course(ROOT))


def test_its_commands_work_at_once(environment: Path, course: Path) -> None:
    doctor = run(environment, "doctor", "--isolation", available(), cwd=course)
    assert doctor.returncode == 0, doctor.stdout
    assert "Everything that grading needs is here." in doctor.stdout
    built = run(environment, "build", NAME, cwd=course)
    assert built.stderr == f"{NAME}: nothing changed\n"
    solution = f"solutions/{NAME}.py"
    graded = run(environment, "grade", NAME, solution, "--isolation", available(), cwd=course)
    assert "28 of 28 points" in graded.stdout, graded.stderr


def earned(done: subprocess.CompletedProcess[str]) -> str:
    assert "of 28 points" in done.stdout, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def test_graded_code_cannot_read_the_archive(environment: Path, course: Path) -> None:
    grade = ("grade", NAME, str(EXPLOIT), "--isolation", "namespaces")
    assert earned(run(environment, *grade, cwd=course)) == "0 of 28 points"


@needs_root
@pytest.mark.skipif(landlock.version() == 0, reason="this kernel has no Landlock")
def test_graded_code_cannot_read_the_archive_without_namespaces(
    environment: Path, course: Path
) -> None:
    shutil.copy(EXPLOIT, environment.parent / "work.py")
    autograder = str(environment / "bin" / "autograder")
    grade = ("grade", NAME, str(environment.parent / "work.py"), "--isolation", "restricted")
    secret = {"AUTOGRADER_SECRET": "of this test"}
    done = run_in(USER_IN_DOCKER, autograder, *grade, environment=secret, cwd=course)
    assert earned(done) == "0 of 28 points"


def test_the_exploit_works_where_files_are_not_protected(environment: Path, course: Path) -> None:
    """Otherwise the tests above would hold for a reason of their own."""
    grade = ("grade", NAME, str(EXPLOIT), "--isolation", "process")
    assert earned(run(environment, *grade, cwd=course)) == "28 of 28 points"


def test_an_archive_among_the_libraries_cannot_be_read_either(
    environment: Path, course: Path
) -> None:
    """There it is after `pip install --target`; the sandbox shows all libraries."""
    (libraries,) = environment.glob("lib/*/site-packages")
    archive, moved = environment / ARCHIVE, libraries / ARCHIVE
    moved.parent.mkdir(parents=True)
    shutil.move(archive, moved)
    try:
        made = run(environment, "init", "another", cwd=environment.parent)
        assert made.returncode == 0, made.stderr
        for isolation, points in (("namespaces", 0), ("process", 28)):
            grade = ("grade", NAME, str(EXPLOIT), "--isolation", isolation)
            assert earned(run(environment, *grade, cwd=course)) == f"{points} of 28 points"
    finally:
        shutil.move(moved, archive)


def test_an_installation_without_the_course_says_so(environment: Path, tmp_path: Path) -> None:
    archive = environment / ARCHIVE
    aside = archive.with_suffix(".aside")
    archive.rename(aside)
    try:
        without = run(environment, "init", "x", cwd=tmp_path)
        archive.write_bytes(aside.read_bytes()[:5000])
        damaged = run(environment, "init", "x", cwd=tmp_path)
    finally:
        aside.replace(archive)
    assert (without.returncode, damaged.returncode) == (2, 2)
    assert "came without the course" in without.stderr
    assert "damaged: install convgrade again" in damaged.stderr
    assert contents(tmp_path) == {}


def test_a_clone_gives_its_own_files(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["init", str(tmp_path / "course"), "--assignment", NAME])
    assert done.exit_code == 0, done.output
    course = tmp_path / "course"
    assert assignment_names(course) == [NAME]
    own = {name for name in files_of_course(ROOT) if assignment_of(name) in ("", NAME)}
    assert contents(course).keys() == {*own, "README.md", ".gitignore"}
    assert {assignment_of(name) for name in files_of_course(ROOT)} == {"", *assignment_names(ROOT)}
    assert load_assignment(NAME, course).max_score == 28
    assert load_assignment(NAME, course).domain_file.is_file()
    assert (course / "tests" / "questions" / f"{NAME}.py").is_file()
    assert f"autograder grade {NAME}" in (course / "README.md").read_text(encoding="utf-8")


def test_an_empty_course_is_filled_by_new(tmp_path: Path) -> None:
    course = tmp_path / "course"
    assert CliRunner().invoke(app, ["init", str(course), "--empty"]).exit_code == 0
    assert assignment_names(course) == []
    assert CliRunner().invoke(app, ["new", "topic", "--course", str(course)]).exit_code == 0
    assert assignment_names(course) == ["topic"]


def test_a_repository_without_files_may_become_a_course(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path)]
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    new_course(tmp_path, [NAME])
    kept_out = [
        ".autograder/secret",
        "gradebook.db",
        "gradebook.db-journal",
        f"submitted/ada/{NAME}/{NAME}.ipynb",
        f"autograded/ada/{NAME}/{NAME}.ipynb",
        f"feedback/ada/{NAME}/{NAME}.html",
        f"results/{NAME}/ada.json",
        f"reports/{NAME}.html",
        f"questions/{NAME}/ada.html",
        f"variants/{NAME}/students.csv",
    ]
    for name in kept_out:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("private", encoding="utf-8")
    listed = subprocess.run(
        [*git, "ls-files", "--others", "--exclude-standard"], capture_output=True, text=True
    ).stdout.splitlines()
    own = {name for name in files_of_course(ROOT) if assignment_of(name) in ("", NAME)}
    assert set(listed) == {*own, "README.md", ".gitignore"}


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for folder, said in ((tmp_path, "is not empty"), (tmp_path / "mine.txt", "is not a folder")):
        with pytest.raises(AutograderError, match=said):
            new_course(folder)
    assert contents(tmp_path) == {"mine.txt": b"mine"}


def test_a_name_with_control_characters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AutograderError, match=r"a\\nb' has a control character"):
        new_course(tmp_path / "a\nb")
    assert contents(tmp_path) == {}


def test_unknown_assignments_are_refused_and_the_known_ones_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownAssignment, match=r"did you mean lenet5\? It has alexnet, .*lenet5"):
        new_course(tmp_path / "course", ["lenet"])
    with pytest.raises(UnknownAssignment, match=r"no assignment '\.\./x'\. It has"):
        new_course(tmp_path / "course", [NAME, "../x"])
    assert contents(tmp_path) == {}


def test_assignments_and_none_cannot_both_be_wanted(tmp_path: Path) -> None:
    arguments = ["init", str(tmp_path / "x"), "--empty", "--assignment", NAME]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert "not both" in done.stderr


def test_the_same_course_makes_the_same_archive() -> None:
    assert pack(ROOT) == pack(ROOT)


def test_doctor_says_that_there_is_no_course(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["doctor", "--isolation", available()])
    said = " ".join(done.output.split())
    assert done.exit_code == 1, said
    assert "Everything" not in said
    assert said.endswith(
        "This machine has what grading needs, but there is no course here: make one with "
        "`autograder init FOLDER`, or name one with --course."
    )


def test_doctor_says_how_an_empty_course_gets_an_assignment(tmp_path: Path) -> None:
    new_course(tmp_path / "course", [])
    done = CliRunner().invoke(
        app, ["doctor", "--course", str(tmp_path / "course"), "--isolation", available()]
    )
    assert done.exit_code == 0
    assert done.output.endswith("has no assignment yet: add one with `autograder new NAME`.\n")


@needs_mounts
def test_a_full_disk_leaves_nothing_of_a_course(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    command = [str(Path(sys.executable).with_name("autograder")), "init", str(disk / "course")]
    full, _ = on_a_full_disk(disk, command, 256, tmp_path)
    assert full.returncode == 2
    assert "is full: nothing was written" in " ".join(full.stderr.split())


@needs_mounts
def test_doctor_says_that_a_course_cannot_be_written(tmp_path: Path) -> None:
    course = tmp_path / "course"
    new_course(course, [])
    command = [Path(sys.executable).with_name("autograder"), "doctor", "--isolation", available()]
    done = read_only(course, [*map(str, command)], course)
    assert done.returncode == 1
    assert "Read-only file system" in " ".join(done.stdout.split())
    assert done.stdout.endswith("Missing: course can be written.\n")


def test_there_is_nothing_to_audit_in_an_empty_course(tmp_path: Path) -> None:
    new_course(tmp_path / "course", [])
    done = CliRunner().invoke(app, ["audit", "--course", str(tmp_path / "course")])
    assert done.exit_code == 2
    assert "nothing to audit" in done.stderr


def test_the_readme_of_a_course_names_what_there_is(tmp_path: Path) -> None:
    new_course(tmp_path, [NAME])
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    help_ = CliRunner().invoke(app, ["--help"]).output
    commands = {line.split()[1] for line in text.splitlines() if line.startswith("autograder ")}
    assert commands >= {"doctor", "demo", "build", "grade", "new", "audit"}
    assert all(command in help_ for command in commands)
    assert json.dumps(text).isascii()
