"""The memory of a warm process is the same in huge pages, and its forks keep their own copies."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.linux import huge_pages

PROGRAM = """
import os
from autograder.sandbox.linux import huge_pages

def kilobytes(name, file):
    lines = open(f"/proc/self/{file}").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(name + ":"))

numbers = list(range(1_000_000))
before = sum(numbers), kilobytes("RssAnon", "status")
huge_pages.collapse()
assert sum(numbers) == before[0]
assert kilobytes("RssAnon", "status") < 1.2 * before[1]
huge = kilobytes("AnonHugePages", "smaps")
if (child := os.fork()) == 0:
    numbers[:] = reversed(numbers)
    os._exit(numbers[0] != 999_999)
assert os.waitpid(child, 0)[1] == 0
assert numbers[0] == 0
print(huge)
"""


SETTING = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def collapses() -> bool:
    """Whether this kernel collapses pages on request: Linux 6.1 and newer."""
    if not SETTING.is_file() or "[never]" in SETTING.read_text():
        return False
    major, minor = platform.release().split(".")[:2]
    return (int(major), int(minor)) >= (6, 1)


@pytest.mark.skipif(not collapses(), reason="this kernel does not collapse pages on request")
def test_values_stay_and_forks_have_their_own() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


def test_a_kernel_without_them_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(huge_pages.syscalls, "call", refuse)
    huge_pages.collapse()
