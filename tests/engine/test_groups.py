"""The groups in which pytest-xdist distributes the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from groups import group_of

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/engine/test_cells.py::test_a[x@y]", "test_cells"),
        ("tests/engine/test_handins_checked.py::test_a", "test_handins"),
        ("tests/engine/test_exploits.py::test_e[bombs/zip]", "test_exploits::bombs"),
        (
            "tests/engine/test_suites_mini.py::T::test_r[loops.py-another]",
            "test_suites_mini::loops.py",
        ),
        ("tests/engine/test_suites_mini.py::T::test_w[one@first]", "test_suites_mini::first"),
        ("tests/engine/test_suites_mini.py::T::test_w[first@first]", "test_suites_mini::first"),
        ("tests/engine/test_suites_mini.py::test_alone", "test_suites_mini::test_alone"),
    ],
)
def test_a_group_is_read_from_the_id(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group


def test_one_worker_runs_a_whole_group(tmp_path: Path) -> None:
    for name in ("test_one", "test_other"):
        (tmp_path / f"{name}.py").write_text(
            "import os, pytest\n"
            "@pytest.mark.parametrize('n', range(6))\n"
            "def test_it(n, record_property):\n"
            "    print(__name__, os.environ['PYTEST_XDIST_WORKER'])\n"
        )
    (tmp_path / "conftest.py").write_text(
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "from groups import LoadGroups\n"
        "def pytest_xdist_make_scheduler(config, log): return LoadGroups(config, log)\n"
    )
    command = [sys.executable, "-m", "pytest", "-n", "2", "-rP", "-p", "no:cacheprovider", "."]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = [line for line in ran.stdout.splitlines() if line.startswith("test_o")]
    assert len(lines) == 12
    assert len(set(lines)) == 2  # each file by one worker
