"""Grading in ordinary containers: what is possible in which, and what the grader says about it.

There is no container here, but its conditions: the capabilities, the seccomp filter and the user.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from containers import (
    ADDED,
    DEFAULT,
    OF_DOCKER,
    PROFILE,
    ROOT_IN_DOCKER,
    USER_IN_DOCKER,
    USER_IN_KUBERNETES,
    needs_root,
    open_folder,
    run_in,
)
from mini_course import module_text, write_mini_course
from typer.testing import CliRunner

from autograder.cli.doctor import SECCOMP_PROFILE
from autograder.cli.program import app
from autograder.sandbox.linux import obstacles
from autograder.sandbox.linux.root_filesystem import SetupFailed

REPOSITORY = Path(__file__).resolve().parents[2]
PLACES = {
    "root in Docker": ROOT_IN_DOCKER,
    "user in Docker": USER_IN_DOCKER,
    "user in Kubernetes": USER_IN_KUBERNETES,
}
REQUIRE = """
import sys
sys.path.insert(0, sys.argv[1])
from autograder.errors import IsolationUnavailable
from autograder.sandbox import require
try:
    require(sys.argv[2])
    print("possible")
except IsolationUnavailable as refusal:
    print(refusal)
"""
GRADE = """
import os, sys
from pathlib import Path
os.environ["AUTOGRADER_SECRET"] = "secret"
sys.path.insert(0, sys.argv[1])
from autograder import grade
course = Path(sys.argv[2])
result = grade(course / "mini.py", "mini", root=course, isolation=sys.argv[3])
print(result.status, result.score, result.isolation, result.reason)
"""


@pytest.fixture(scope="module")
def course() -> Iterator[Path]:
    with open_folder() as folder:
        assignment = write_mini_course(folder / "course")
        (assignment.root / "mini.py").write_text(module_text(), encoding="utf-8")
        yield assignment.root


def required(conditions: dict[str, Any], isolation: str, before: tuple[str, ...] = ()) -> str:
    """What the grader says when this isolation is required under these conditions."""
    done = run_in(
        conditions, sys.executable, "-c", REQUIRE, str(REPOSITORY), isolation, before=before
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def graded(conditions: dict[str, Any], course: Path, isolation: str) -> str:
    done = run_in(conditions, sys.executable, "-c", GRADE, str(REPOSITORY), str(course), isolation)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@needs_root
@pytest.mark.parametrize("place", PLACES)
def test_an_ordinary_container_gives_no_namespaces_and_says_what_does(place: str) -> None:
    said = required(PLACES[place], "namespaces")
    assert "a seccomp filter refuses unshare" in said
    assert "--security-opt seccomp=seccomp.json" in said
    assert "`--isolation=restricted` is possible here" in said
    assert "privileged" not in said


@needs_root
@pytest.mark.parametrize("place", PLACES)
def test_an_ordinary_container_grades_with_restricted_isolation(place: str, course: Path) -> None:
    assert graded(PLACES[place], course, "restricted") == "graded 6.0 restricted"


@needs_root
def test_grading_a_single_file_says_the_same(course: Path) -> None:
    command = ["-c", "from autograder.cli import main; main()", "grade", "mini", "mini.py"]
    done = run_in(
        USER_IN_DOCKER,
        *(sys.executable, *command),
        environment={"AUTOGRADER_SECRET": "secret", "PYTHONPATH": str(REPOSITORY)},
        cwd=course,
    )
    assert done.returncode == 2, done.stderr
    assert "a seccomp filter refuses unshare" in done.stderr
    assert "`--isolation=restricted` is possible here" in done.stderr


@needs_root
@pytest.mark.parametrize("place", PLACES)
def test_the_profile_is_enough_for_namespaces(place: str, course: Path) -> None:
    conditions = {**PLACES[place], "profile": PROFILE}
    assert graded(conditions, course, "namespaces") == "graded 6.0 namespaces"


@needs_root
@pytest.mark.parametrize("place", ["root in Docker", "user in Docker"])
def test_no_filter_at_all_is_enough_for_namespaces(place: str, course: Path) -> None:
    conditions = {name: each for name, each in PLACES[place].items() if name != "profile"}
    assert required(conditions, "namespaces") == "possible"


@needs_root
@pytest.mark.parametrize("call", [name for rule in ADDED for name in rule["names"]])
def test_the_profile_allows_no_more_than_needed(call: str) -> None:
    """Without any one of the added calls, namespaces are refused, with the call's name."""
    rules = [{**r, "names": [n for n in r["names"] if n != call]} for r in PROFILE["syscalls"]]
    profile = {**PROFILE, "syscalls": [rule for rule in rules if rule["names"]]}
    said = required({**USER_IN_DOCKER, "profile": profile}, "namespaces")
    assert f"a seccomp filter refuses {call};" in said


@needs_root
def test_the_capability_for_mounts_is_not_enough() -> None:
    """Docker's profile then allows all but one call."""
    rules = [rule for rule in PROFILE["syscalls"] if "pivot_root" not in rule["names"]]
    capabilities = [*OF_DOCKER, "sys_admin"]
    conditions = {"profile": {**PROFILE, "syscalls": rules}, "capabilities": capabilities}
    assert "a seccomp filter refuses pivot_root;" in required(conditions, "namespaces")


@needs_root
def test_a_limit_of_no_user_namespaces_is_named() -> None:
    none = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    before = ("unshare", "--user", "--map-root-user", "sh", "-c", none, "sh")
    said = required({}, "namespaces", before=before)
    assert "`sysctl user.max_user_namespaces=10000`" in said
    assert "not in the container" in said
    assert "`--isolation=restricted` is possible here" in said


@needs_root
@pytest.mark.parametrize("isolation", ["namespaces", "restricted"])
def test_root_without_any_capability_is_told_so(isolation: str) -> None:
    said = required({"capabilities": []}, isolation)
    assert "root lacks CAP_SETUID, CAP_SETGID or CAP_CHOWN here" in said


@needs_root
@pytest.mark.parametrize("place", ["root in Docker", "user in Docker"])
def test_without_landlock_the_restricted_isolation_is_refused(place: str) -> None:
    """Never is it silently weaker; the suggestion of another flag says what that one lacks."""
    rules = [
        {**r, "names": [n for n in r["names"] if "landlock" not in n]} for r in DEFAULT["syscalls"]
    ]
    said = required({**PLACES[place], "profile": {**DEFAULT, "syscalls": rules}}, "restricted")
    assert "Landlock: this kernel has none, or a filter refuses it" in said
    assert "`--isolation=process` accepts less" in said
    assert "no protection of files" in said


def test_the_profile_has_the_form_that_docker_reads() -> None:
    assert PROFILE["defaultAction"] == "SCMP_ACT_ERRNO"
    assert {each["architecture"] for each in PROFILE["archMap"]} == {
        "SCMP_ARCH_X86_64",
        "SCMP_ARCH_AARCH64",
    }
    for rule in PROFILE["syscalls"]:
        assert set(rule) <= {"names", "action", "args", "comment", "includes", "errnoRet"}
        assert rule["action"] in ("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO")
        assert rule["names"] == sorted(set(rule["names"]))
    added = {name for rule in ADDED for name in rule["names"]}
    assert added == {"unshare", "mount", "mount_setattr", "pivot_root", "umount2", "sethostname"}
    assert not added & {name for rule in DEFAULT["syscalls"] for name in rule["names"]}


def test_doctor_prints_the_profile_and_nothing_else() -> None:
    printed = CliRunner().invoke(app, ["doctor", "--seccomp-profile"])
    assert printed.exit_code == 0
    assert json.loads(printed.stdout) == PROFILE
    assert printed.stdout == SECCOMP_PROFILE.read_text(encoding="utf-8")


@needs_root
@pytest.mark.slow
@pytest.mark.parametrize("file", ["test_restricted", "test_sandbox", "test_golden"])
def test_a_user_in_a_container_passes_with_restricted_isolation(file: str) -> None:
    """Attacks fail, and whatever is honest has the same verdicts as with namespaces."""
    run_tests(USER_IN_DOCKER, file)


@needs_root
@pytest.mark.slow
@pytest.mark.parametrize("file", ["test_golden", "test_sandbox_keras", "test_training"])
def test_root_in_a_container_gives_the_same_verdicts(file: str) -> None:
    run_tests(ROOT_IN_DOCKER, file)


def run_tests(conditions: dict[str, Any], file: str) -> None:
    done = run_in(
        conditions,
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow"),
        f"tests/engine/{file}.py",
        environment={"ISOLATION_OF_TESTS": "restricted", "HOME": "/nonexistent"},
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert " passed" in done.stdout


# -- what cannot be set up here -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "option"),
    [
        ("docker-default (enforce)", "apparmor=unconfined"),
        ("system_u:system_r:container_t:s0:c1,c2", "label=disable"),
    ],
)
def test_a_security_profile_that_refuses_mounts_is_named_with_its_option(
    monkeypatch: pytest.MonkeyPatch, label: str, option: str
) -> None:
    labels = {"/proc/self/attr/current": label}
    monkeypatch.setattr(obstacles, "_read", lambda path: labels.get(path, ""))
    monkeypatch.setattr(obstacles, "refused_calls", list)
    said = obstacles.explained(SetupFailed("private mounts: Permission denied", errno.EACCES))
    assert label in said
    assert f"--security-opt {option}" in said


@pytest.mark.parametrize(
    ("file", "content", "setting"),
    [
        (
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
    ],
)
def test_a_setting_of_the_distribution_is_named(
    monkeypatch: pytest.MonkeyPatch, file: str, content: str, setting: str
) -> None:
    """On Ubuntu the process is then in a profile of this name."""
    found = {file: content, "/proc/self/attr/current": "unprivileged_userns (enforce)"}
    monkeypatch.setattr(obstacles, "_read", lambda path: found.get(path, ""))
    monkeypatch.setattr(obstacles, "refused_calls", list)
    said = obstacles.explained(SetupFailed("user namespace: Permission denied", errno.EACCES))
    assert f"`sysctl {setting}`" in said
