"""Grading as users whom hosted runners, lab machines and containers have; needs root to be them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from containers import visible
from mini_course import module_text, write_mini_course
from sandboxes import available

USERS = {
    "a group of another number": "setpriv --reuid 1001 --regid 121 --clear-groups",
    "the group of users": "setpriv --reuid 4711 --regid 100 --clear-groups",
    "the group of root": "setpriv --reuid 1001 --regid 0 --clear-groups",
    "root of a namespace": "setpriv --reuid 1001 --regid 121 --clear-groups unshare -Urm",
    "nothing in the environment": "setpriv --reuid 1001 --regid 121 --clear-groups env -i",
    "a umask": "sh -c 'umask 077; exec \"$@\"' sh",
}
GRADE = """
import os, sys
from pathlib import Path
os.environ["AUTOGRADER_SECRET"] = "secret"
sys.path.insert(0, sys.argv[1])
os.chdir(sys.argv[4])
from autograder import grade
result = grade(Path(sys.argv[2]), "mini", root=Path(sys.argv[3]))
print(result.status, result.score, result.reason)
"""

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or os.geteuid() != 0 or not shutil.which("setpriv"),
        reason="only root can become all of these users",
    ),
    pytest.mark.skipif(available() != "namespaces", reason="this machine gives no namespaces"),
]


@pytest.fixture(scope="module")
def course() -> Iterator[Path]:
    """Readable by everybody; pytest's own folders are closed to others by every run of it."""
    with tempfile.TemporaryDirectory(prefix="convgrade-users-") as folder:
        assignment = write_mini_course(Path(folder, "course"))
        (assignment.root / "mini.py").write_text(module_text(), encoding="utf-8")
        for path in [Path(folder), *Path(folder).rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield assignment.root


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("folder", ["/", "the course's own"])
def test_a_right_submission_has_full_marks(course: Path, user: str, folder: str) -> None:
    repository = Path(__file__).resolve().parents[2]
    command = [
        *visible(),
        *shlex.split(USERS[user]),
        sys.executable,
        "-c",
        GRADE,
        str(repository),
        str(course / "mini.py"),
        str(course),
        str(course) if folder != "/" else "/",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "numpy" in done.stderr and "ModuleNotFoundError" in done.stderr:
        pytest.skip("others than root cannot reach the libraries on this machine")
    assert done.stdout.strip() == "graded 6.0", done.stderr[-800:]
