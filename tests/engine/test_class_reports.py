"""Every report of a class, through the command; signed results, verified by it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from class_course import NAME, PROGRAM, RIGHT, WRONG, grade, hand_in, write_class
from workflow_commands import commands

Ran = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of a right, a wrong and an unreadable submission, whose hidden tests stay hidden."""
    root = write_class(tmp_path_factory.mktemp("class") / "course", ada=RIGHT, ben=WRONG)
    hand_in(root, "cleo", '{"cells": [', f"{NAME}.ipynb")
    settings = root / "source" / NAME / "assignment.toml"
    settings.write_text(settings.read_text() + '[feedback]\nhidden_tests = "none"\n')
    key = str(root / "key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    return root


@pytest.fixture(scope="module")
def graded(course: Path) -> Ran:
    """The class, graded with every report that a class can have."""
    (course / "summary.md").write_text("of an earlier step\n")
    environment = {
        **os.environ,
        "GITHUB_STEP_SUMMARY": "summary.md",
        "GITHUB_WORKSPACE": str(course),
    }
    reports = ["--json", "all.json", "--junit", "junit.xml", "--markdown", "all.md"]
    command = [PROGRAM, "grade", NAME, *reports, "--github", "--sign", "key", "--fail-under", "50"]
    return subprocess.run(
        command, cwd=course, capture_output=True, text=True, check=False, env=environment
    )


def verify(course: Path, *options: str, key: str = "key.pub") -> Ran:
    command = [PROGRAM, "verify", "--key", key, *options]
    return subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)


def test_a_class_has_every_report(graded: Ran, course: Path) -> None:
    assert graded.returncode == 1, graded.stderr
    suites = ElementTree.fromstring((course / "junit.xml").read_text())
    folder = f"submitted/ben/{NAME}"
    assert [suite.get("name") for suite in suites] == [
        f"{NAME} {who}" for who in ("ada", "ben", "cleo")
    ]
    (case,) = [case for case in suites[1] if case.tag == "testcase"]
    assert (case.get("file"), case.get("line")) == (f"{folder}/{NAME}.py", "4")
    text = (course / "all.md").read_text()
    assert "| ben | 0 / 3 |" in text
    assert [each["student"] for each in json.loads((course / "all.json").read_text())] == [
        "ada",
        "ben",
        "cleo",
    ]


def test_annotations_are_alone_on_stdout_and_the_summary_is_added_to(
    graded: Ran, course: Path
) -> None:
    found = commands(graded.stdout)
    assert len(found) == len(graded.stdout.splitlines())
    assert [(each.name, each.properties["title"]) for each in found] == [
        ("error", "cleo: rejected"),
        ("warning", "ben: 0 of 3 points"),
    ]
    summary = (course / "summary.md").read_text()
    assert summary.startswith(f"of an earlier step\n## {NAME}: 3 submissions")
    assert commands(graded.stderr) == []


def test_who_is_below_the_share_needs_attention(graded: Ran) -> None:
    said = graded.stderr[graded.stderr.index("need attention") :]
    assert "ben: 0 of 3 points are less than 50 %." in said
    assert "ada" not in said
    assert said.count("cleo") == 1


def test_a_class_in_which_nobody_is_below_the_share_is_done(tmp_path: Path) -> None:
    root = write_class(tmp_path / "course", ada=RIGHT)
    assert grade(root, "--fail-under", "100").returncode == 0


def test_a_rehearsal_writes_the_reports_too(course: Path, graded: Ran) -> None:
    done = grade(course, "--dry-run", "--junit", "rehearsed.xml", "--fail-under", "50")
    assert done.returncode == 1
    assert (course / "rehearsed.xml").read_text().count("<testsuite ") == 3


def test_one_submission_alone_goes_to_gradescope(course: Path) -> None:
    assert "are for files" in grade(course, "--gradescope", "results.json").stderr


def test_files_need_names_that_differ(course: Path, graded: Ran) -> None:
    files = [f"submitted/{who}/{NAME}/{NAME}.py" for who in ("ada", "ben")]
    done = grade(course, *files, "--json", "files.json", "--markdown", "files.md")
    assert done.returncode == 0, done.stderr
    read = json.loads((course / "files.json").read_text())
    assert [each["student"] for each in read] == ["ada", "ben"]
    pattern = ["--student-from", f"submitted/{{student}}/{NAME}/*.py"]
    assert grade(course, *files, *pattern, "--json", "files.json").returncode == 0
    assert [each["student"] for each in json.loads((course / "files.json").read_text())] == [
        "ada",
        "ben",
    ]


# -- signed results -----------------------------------------------------------------------------


def test_signed_results_verify_with_their_course_and_submissions(graded: Ran, course: Path) -> None:
    assert graded.returncode == 1
    everybody = verify(course, "all.json", "--current")
    assert everybody.returncode == 0, everybody.stderr
    assert everybody.stdout.splitlines()[0] == f"ada, {NAME}: 3 of 3 points"
    for place in (f"submitted/ada/{NAME}/{NAME}.py", f"submitted/ada/{NAME}"):
        one = verify(course, "all.json", "--student", "ada", "--submission", place)
        assert one.returncode == 0, one.stderr
        assert all(len(line) <= 80 for line in one.stdout.splitlines()[:4])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--student", "bob"], "There is no result of bob"),
        (["--student", "ben", "--submission", f"submitted/ada/{NAME}/{NAME}.py"], "It is not of"),
        (["--student", "ada", "--assignment", "week04"], f"a result of {NAME}, not of week04"),
        (["--student", "cleo", "--submission", "all.md"], "not say which bytes"),
    ],
)
def test_the_result_of_another_does_not_pass(
    graded: Ran, course: Path, options: list[str], complaint: str
) -> None:
    done = verify(course, "all.json", *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_older_submission_a_forged_score_and_a_second_result_are_found(
    graded: Ran, course: Path
) -> None:
    read = json.loads((course / "all.json").read_text())
    newer = course / "newer.py"
    newer.write_text(RIGHT + "\n")
    stale = verify(course, "all.json", "--student", "ada", "--submission", "newer.py")
    assert "It is not of newer.py: other bytes were graded." in stale.stderr
    forged = {**read[1], "score": 3.0}
    (course / "forged.json").write_text(json.dumps(forged))
    assert "forged.json: Not as it was signed: score." in verify(course, "forged.json").stderr
    (course / "twice.json").write_text(json.dumps([read[0], read[0]]))
    assert "only one can count" in verify(course, "twice.json").stderr


def test_a_suite_that_was_corrected_is_found(graded: Ran, tmp_path: Path, course: Path) -> None:
    root = write_class(tmp_path / "course")
    suite = root / "tests" / "hidden" / NAME / "test_double.py"
    suite.write_text(suite.read_text().replace("2 * x", "x * 2"))
    done = verify(course, "all.json", "--student", "ada", "--current", "--course", str(root))
    assert done.returncode == 1
    assert "by other hidden suites" in done.stderr


@pytest.mark.parametrize(
    ("key", "options", "complaint"),
    [
        ("none.pub", ["all.json"], "cannot be read"),
        ("key", ["all.json"], "is a private key"),
        ("key.pub", ["none.json"], "cannot be read"),
        ("key.pub", ["all.json", "--submission", "all.md"], "say with --student"),
        ("key.pub", ["all.json", "--student", "ada", "--submission", "none.py"], "no file none.py"),
    ],
)
def test_what_cannot_be_verified_at_all_ends_with_2(
    graded: Ran, course: Path, key: str, options: list[str], complaint: str
) -> None:
    done = verify(course, *options, key=key)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


SPY = """
import glob, os
found = []
for path in [{key!r}, *glob.glob("/proc/*/environ"), *glob.glob("/**/key", recursive=False)]:
    try:
        if b"PRIVATE KEY" in open(path, "rb").read():
            found.append(path)
    except OSError:
        pass
found += [name for name, value in os.environ.items() if "PRIVATE KEY" in value]
raise RuntimeError(f"spied {{found}}")
"""


def test_student_code_sees_no_key(course: Path, tmp_path: Path) -> None:
    spy = tmp_path / "spy.py"
    spy.write_text(SPY.format(key=str(course / "key")) + RIGHT)
    text = (course / "key").read_text()
    done = subprocess.run(
        [PROGRAM, "grade", NAME, str(spy), "--json", "-", "--sign", "key"],
        cwd=course,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AUTOGRADER_SIGNING_KEY": text},
    )
    (result,) = json.loads(done.stdout)
    assert "spied []" in result["failed_cells"][0]
    assert "signature" in result


def test_a_key_in_the_environment_signs_without_being_named(course: Path, tmp_path: Path) -> None:
    file = tmp_path / "ada.py"
    file.write_text(RIGHT)
    command = [PROGRAM, "grade", NAME, str(file), "--json", "ada.json", "--quiet"]
    key = (course / "key").read_text()
    environment = {**os.environ, "AUTOGRADER_SIGNING_KEY": key}
    subprocess.run(command, cwd=course, check=True, env=environment)
    done = verify(course, "ada.json", "--submission", str(file))
    assert (done.returncode, done.stderr) == (0, "")


def test_signing_needs_json_and_a_key(course: Path) -> None:
    assert "--json" in grade(course, "--sign", "key").stderr
    assert grade(course, "--sign", "none", "--json", "x.json").returncode == 2
    assert grade(course, "--sign", "key.pub", "--json", "x.json").returncode == 2
    assert not (course / "x.json").exists()
