"""What `pip install convgrade` brings: the wheel is built and installed into a new environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from released import notebook, two
from wheels import build_wheel

ROOT = Path(__file__).parents[2]
HEAVY = set(
    "ipython psutil tensorflow keras nbgrader jupyterlab jupytext scikit-learn msgpack".split()
)


MOST_PACKAGES = 16


def test_the_students_dependencies_are_light() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {each.split(">")[0] for each in project["dependencies"]}
    assert "numpy" in names
    assert not names & {*HEAVY, "pytest"}
    assert HEAVY - {"keras"} <= {
        each.split(">")[0]
        for extra in ("engine", "networks")
        for each in project["optional-dependencies"][extra]
    }


@pytest.mark.parametrize("package", ["autograder", "convgrade"])
def test_every_file_of_a_package_is_installed_with_it(package: str) -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    patterns = tools["setuptools"]["package-data"][package]
    installed = {path for pattern in patterns for path in (ROOT / package).glob(pattern)}
    files = {path for path in (ROOT / package).rglob("*.*") if path.is_file()}
    others = {path for path in files if path.suffix not in (".py", ".pyc")}
    assert sorted(others - installed) == []


@pytest.mark.slow
def test_the_installed_wheel_checks_a_notebook(tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path)
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    there = environment / "bin"
    installing = [there / "pip", "--disable-pip-version-check", "-q", "install", wheel]
    done = subprocess.run(installing, capture_output=True, text=True)
    if "No matching distribution" in done.stderr or "Connection" in done.stderr:
        pytest.skip("no package registry can be reached")
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(
        [there / "pip", "list", "--format", "json"], capture_output=True, text=True, check=True
    )
    names = {each["name"].lower() for each in json.loads(listed.stdout)}
    assert "convgrade" in names
    assert not names & HEAVY
    assert len(names - {"pip", "setuptools"}) <= MOST_PACKAGES
    work = tmp_path / "work"
    work.mkdir()
    double, triple = "def double(x):\n    return 2 * x", "def triple(x):\n    return 4 * x"
    notebook(work / "mine.ipynb", *two(double, triple))
    plain = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    checked = subprocess.run(
        [there / "convgrade", "check"], cwd=work, env=plain, capture_output=True, text=True
    )
    assert "✓ double" in checked.stdout, checked.stderr
    assert "✗ triple" in checked.stdout
    old = subprocess.run(
        [there / "python", "-c", "from autograder.student import *; check(abs, -1, expected=1)"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert old.stdout == "✓ abs(-1)\n", "a notebook of an earlier release needs the old name"
    graded = subprocess.run(
        [there / "autograder", "grade", "mine", "mine.ipynb"],
        cwd=work, env=plain, capture_output=True, text=True,
    )  # fmt: skip
    assert graded.returncode == 2
    assert "Traceback" not in graded.stderr
    assert "pip install 'convgrade[engine]'" in graded.stderr
    listed = subprocess.run(
        [there / "autograder", "list", "mine.ipynb"],
        cwd=work, env=plain, capture_output=True, text=True,
    )  # fmt: skip
    assert "2 of 2 are written" in listed.stdout, listed.stderr
