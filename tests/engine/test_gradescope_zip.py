"""`autograder gradescope`: what is in the zip file, and what it does in Gradescope's container."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from copy import deepcopy
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from gradescope_container import METADATA, Container, lacking
from gradescope_rules import RULES
from mini_course import module_text, write_mini_course
from typer.testing import CliRunner, Result

from autograder.ci.gradescope_student import student_of
from autograder.ci.gradescope_zip import gradescope_zip
from autograder.cli import app
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import AutograderError
from autograder.grading import seeds


def package(course: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["gradescope", "mini", "--course", str(course), *options])


# -- in the container ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Container:
    """The image of the miniature assignment, built by its own setup.sh.

    pip installs our wheel from the zip file and nothing else: the libraries are those of this
    environment.
    """
    if lacking():
        pytest.skip(lacking())
    folder = tmp_path_factory.mktemp("gradescope")
    assignment = write_mini_course(folder / "course")
    assert package(assignment.root, "--output", str(folder / "a.zip")).exit_code == 0
    container = Container(folder / "container")
    container.unpack(folder / "a.zip")
    setup = container.run(
        "bash",
        "/autograder/source/setup.sh",
        PIP_NO_INDEX="1",
        PIP_NO_DEPS="1",
        PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    )
    if "No module named ensurepip" in setup.stderr or "apt-get" in setup.stderr:
        pytest.skip("this machine has no Python of its own that makes environments")
    assert setup.returncode == 0, setup.stderr
    container.borrow_libraries()
    return container


def graded(container: Container, **options: Any) -> dict[str, Any]:
    """Hand in, run, and return results.json, which must be as Gradescope documents it."""
    container.hand_in(**options)
    done = container.run("/autograder/run_autograder")
    assert done.returncode == 0, done.stderr
    found = json.loads(container.results.read_text(encoding="utf-8"))
    jsonschema.validate(found, RULES)
    return dict(found)


def test_a_right_hand_in_gets_all_points(container: Container) -> None:
    found = graded(container, mini=module_text())
    assert (found["score"], [each["score"] for each in found["tests"]]) == (6.0, [4.0, 2.0])


def test_a_wrong_function_costs_its_points_and_gets_a_hint(container: Container) -> None:
    wrong = "def increment(x):\n    return np.asarray(x) + 2"
    found = graded(container, mini=module_text(increment=wrong))
    assert found["score"] < 6.0
    (increment,) = [each for each in found["tests"] if each["name"] == "increment"]
    assert increment["status"] == "failed"
    assert "By how much should it grow?" in increment["output"]


def test_files_that_are_no_submission_get_no_points_and_a_reason(container: Container) -> None:
    found = graded(container, notes="x = (\n")
    assert found["score"] == 0
    assert found["output"]


def test_a_submission_that_prints_and_exits_leaves_a_valid_document(container: Container) -> None:
    rude = module_text() + "\nprint('{\"score\": 100}')\nimport os\nos._exit(0)\n"
    assert graded(container, mini=rude)["score"] == 6.0, "the statement costs itself, no more"


def test_a_fault_of_the_suite_leaves_no_document_and_says_so(container: Container) -> None:
    """Gradescope then reports a failure and counts nothing."""
    suite = container.autograder / "source/course/tests/hidden/mini/test_double.py"
    before = suite.read_text()
    suite.write_text("import no_such_module\n")
    try:
        container.hand_in(mini=module_text())
        done = container.run("/autograder/run_autograder")
    finally:
        suite.write_text(before)
    assert not container.results.exists()
    assert "no_such_module" in done.stderr


def test_without_metadata_it_says_what_is_missing(container: Container) -> None:
    container.hand_in({}, mini=module_text())
    done = container.run("/autograder/run_autograder")
    assert done.returncode != 0
    assert "has no list `users`" in done.stderr
    assert "Traceback" not in done.stderr


THIEF = """
import os
FOUND = []
PLACES = (
    "/autograder/source/course/.autograder/secret",
    "/autograder/source/course/tests/hidden/mini/test_double.py",
    "/autograder/source/course/solutions/mini.py",
    "/autograder/submission_metadata.json",
    "/autograder/run_autograder",
)
for place in PLACES:
    try:
        FOUND.append(open(place, "rb").read())
    except OSError:
        pass
for place in ("/autograder/results/results.json", "/autograder/submission/mini.py"):
    try:
        FOUND.append(open(place, "w").write("{}"))
    except OSError:
        pass

def increment(x):
    return np.asarray(x) + 1 + len(FOUND)
"""


def test_student_code_reaches_neither_suites_nor_secret_nor_results(container: Container) -> None:
    """It would answer wrongly if it had read or written anything."""
    honest = module_text()
    assert (
        graded(container, mini=honest.replace("def double", f"{THIEF}\ndef double"))["score"] == 6.0
    )


def test_with_less_isolation_it_would(container: Container) -> None:
    """So the test above can fail."""
    run = container.autograder / "run_autograder"
    before = run.read_text()
    assert "--isolation restricted" in before
    run.write_text(before.replace("--isolation restricted", "--isolation process"))
    try:
        container.hand_in(mini=module_text().replace("def double", f"{THIEF}\ndef double"))
        container.run("/autograder/run_autograder")
        assert '"score": 6.0' not in container.results.read_text(encoding="utf-8")
    finally:
        run.write_text(before)


def test_in_this_container_nobody_can_make_namespaces(container: Container) -> None:
    """So what passes above needs none."""
    tried = container.run("unshare", "--user", "true")
    assert "Operation not permitted" in tried.stderr


def test_only_root_reads_what_the_zip_file_brought(container: Container) -> None:
    other = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    read = container.run(*other, "ls", "/autograder/source")
    assert "Permission denied" in read.stderr
    assert container.run(*other, "/autograder/environment/bin/python", "-c", "").returncode == 0


# -- the zip file ----------------------------------------------------------------------------


def contents(assignment: Assignment, tmp_path: Path) -> dict[str, bytes]:
    path = tmp_path / "a.zip"
    path.write_bytes(gradescope_zip(assignment, "restricted"))
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_has_one_assignment_and_nothing_of_the_class(
    mini_course: Assignment, tmp_path: Path
) -> None:
    root = mini_course.root
    shutil.copytree(root / "source/mini", root / "source/other")
    shutil.copytree(root / "tests/hidden/mini", root / "tests/hidden/other")
    for name in ("gradebook.db", "results/mini/ada.json", "submitted/ada/mini/mini.py", "x.key"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("private")
    files = contents(mini_course, tmp_path)
    in_course = {name.removeprefix("course/") for name in files if name.startswith("course/")}
    assert in_course == {
        "nbgrader_config.py",
        ".autograder/secret",
        "source/mini/assignment.toml",
        "source/mini/mini.ipynb",
        "assignments/mini/mini.ipynb",
        "solutions/mini.py",
        "tests/hidden/mini/test_increment.py",
        "tests/hidden/mini/test_double.py",
        "tests/misconceptions/mini.py",
    }
    (wheel,) = [name for name in files if name.endswith(".whl")]
    assert {name for name in files if "/" not in name} == {
        "setup.sh", "run_autograder", "constraints.txt", wheel,
    }  # fmt: skip


def test_its_secret_says_nothing_about_the_secret_of_the_course(
    mini_course: Assignment, tmp_path: Path
) -> None:
    files = contents(mini_course, tmp_path)
    secret = seeds.course_secret(mini_course.root, create=False)
    here = files["course/.autograder/secret"]
    assert len(here) == seeds.SECRET_BYTES
    assert not any(secret in content for content in files.values())
    other = gradescope_zip(replace(mini_course, name="mini"), "restricted")
    assert other == gradescope_zip(mini_course, "restricted"), "a second one draws the same inputs"
    assert seeds.secret_of_place(secret, "Gradescope, other") != here


def test_without_a_lock_file_the_libraries_that_grade_have_the_versions_of_here(
    mini_course: Assignment, tmp_path: Path
) -> None:
    pinned = contents(mini_course, tmp_path)["constraints.txt"].decode().splitlines()
    for name in ("numpy", "tensorflow", "keras", "pytest", "nbgrader"):
        assert f"{name}=={metadata.version(name)}" in pinned
    assert not [line for line in pinned if line.startswith("soupsieve")], "nothing of ours needs it"


def test_a_lock_file_of_the_course_is_what_is_installed(
    mini_course: Assignment, tmp_path: Path
) -> None:
    (mini_course.root / "requirements.lock").write_text("numpy==2.4.6 --hash=sha256:00\n")
    files = contents(mini_course, tmp_path)
    assert b"numpy==2.4.6" in files["requirements.lock"]
    assert "constraints.txt" not in files
    assert b"--require-hashes -r requirements.lock" in files["setup.sh"]


def test_its_scripts_are_programs_that_bash_can_read(
    mini_course: Assignment, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(gradescope_zip(mini_course, "restricted"))
    with zipfile.ZipFile(path) as archive:
        for name in ("setup.sh", "run_autograder"):
            assert (archive.getinfo(name).external_attr >> 16) & 0o777 == 0o755
            checked = subprocess.run(["bash", "-n"], input=archive.read(name), capture_output=True)
            assert checked.stderr == b""


# -- bad input -------------------------------------------------------------------------------


def test_an_existing_file_stays(mini_course: Assignment, tmp_path: Path) -> None:
    path = tmp_path / "with a space.zip"
    path.write_text("mine")
    refused = package(mini_course.root, "--output", str(path))
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert path.read_text() == "mine"
    assert package(mini_course.root, "--output", str(path), "--force").exit_code == 0
    assert zipfile.is_zipfile(path)
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("assignments/mini/mini.ipynb", "autograder build mini"),
        ("tests/hidden/mini", "hidden suites"),
        ("source/mini", "There is no assignment"),
    ],
)
def test_what_is_missing_is_named(
    missing: str, said: str, mini_course: Assignment, tmp_path: Path
) -> None:
    path = mini_course.root / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    refused = package(mini_course.root, "--output", str(tmp_path / "a.zip"))
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert not (tmp_path / "a.zip").exists()


def test_a_name_that_a_shell_would_run_is_refused(mini_course: Assignment) -> None:
    name = '$(touch x)"'
    shutil.copytree(mini_course.root / "source/mini", mini_course.root / "source" / name)
    with pytest.raises(AutograderError, match="cannot stand in a workflow"):
        gradescope_zip(load_assignment(name, mini_course.root), "restricted")


# -- whose hand-in it is ---------------------------------------------------------------------


def users(*given: Any) -> dict[str, Any]:
    return {**deepcopy(METADATA), "users": list(given)}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ([{"email": "ada@example.com", "id": 7}], "ada@example.com"),
        ([{"email": "b@x.org"}, {"email": "a@x.org"}], "a@x.org+b@x.org"),
        ([{"email": "", "id": 7, "name": "Ada"}], "7"),
        ([{"email": "a/../b@x.org"}], "a_.._b@x.org"),
    ],
)
def test_the_student_is_known_by_address(given: list[Any], name: str) -> None:
    assert student_of(users(*given)) == name


@pytest.mark.parametrize(
    "given", [[{"email": "a" * 300}], [{"email": "a\nb@x.org"}], [{"id": "."}]]
)
def test_what_cannot_be_a_name_gets_one_that_stays_the_same(given: list[Any]) -> None:
    name = student_of(users(*given))
    assert len(name) == 64
    assert name == student_of(users(*given))


@pytest.mark.parametrize("given", [None, [], {}, {"users": {}}, users(), users(3, {}, None)])
def test_metadata_that_names_nobody_is_refused(given: Any) -> None:
    with pytest.raises(AutograderError, match=r"submission_metadata\.json"):
        student_of(given)
