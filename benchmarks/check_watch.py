"""The computing time of a save: `autograder check` from the beginning, and `--watch`.

    python benchmarks/check_watch.py
    python benchmarks/check_watch.py lenet5 --released

Checks the solved notebook of each assignment, or the released one. Then saves it unchanged, with
one exercise in NumPy changed, and with one in Keras changed. For each save it prints the seconds of
processor time of a check from the beginning and of a watching check, and their ratio. A watching
check prepares the next check in the background after a save; that time is counted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from autograder.course.assignment import assignment_names, load_assignment
from convgrade.checking.checker import Checker

ROOT = Path(__file__).resolve().parents[1]
IDLE_SECONDS = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", help="which ones; all without any")
    parser.add_argument("--released", action="store_true", help="the notebook with its stubs")
    options = parser.parse_args()
    print(
        f"{'assignment':<16} {'save':<22} {'check':>8} {'--watch':>9} {'ratio':>7}  checked again"
    )
    for name in options.assignments or assignment_names(ROOT):
        assignment = load_assignment(name, ROOT)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.ipynb"
            released = assignment.release_notebook
            file.write_bytes(
                (released if options.released else assignment.source_notebook).read_bytes()
            )
            compare(name, file, assignment.release_notebook)


def compare(name: str, file: Path, release: Path) -> None:
    """Check one file after several saves, both ways."""
    with Checker(file, release, 600) as checker:
        for what, change in (
            ("first check", ""),
            ("untouched", ""),
            ("one in NumPy changed", "numpy"),
            ("one in Keras changed", "keras"),
        ):
            if change and not edit(file, in_keras=change == "keras"):
                continue
            os.utime(file)
            anew = seconds_anew(file, release)
            warm, ran = seconds_watching(checker)
            print(
                f"{name:<16} {what:<22} {anew:>6.1f} s {warm:>7.2f} s "
                f"{anew / max(warm, 0.01):>6.1f}   {ran}",
                flush=True,
            )


def edit(file: Path, in_keras: bool) -> bool:
    """Change the docstring of the first exercise of a kind; returns whether there is one."""
    document = json.loads(file.read_text(encoding="utf-8"))
    for cell in document["cells"]:
        source = "".join(cell["source"])
        solution = cell.get("metadata", {}).get("nbgrader", {}).get("solution")
        if solution and cell["cell_type"] == "code" and ("keras" in source) == in_keras:
            cell["source"] = source.replace('"""', '"""Changed: ', 1)
            file.write_text(json.dumps(document), encoding="utf-8")
            return True
    return False


def seconds_anew(file: Path, release: Path) -> float:
    """The processor time of a check from the beginning."""
    before = _of_children()
    command = [sys.executable, "-c", "from autograder.cli import main; main()", "check", str(file)]
    command += ["--checks", str(release), "--seconds", "600"]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return _of_children() - before


def _of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def seconds_watching(checker: Checker) -> tuple[float, str]:
    """The processor time of one more check, until the runner is idle again; and what it ran."""
    before = time.process_time() + _of_runner(checker)
    checker.check()
    ran = ", ".join(checker.ran) or "nothing"
    spent = -1.0
    while (now := _of_runner(checker)) != spent:
        spent = now
        time.sleep(IDLE_SECONDS)
    return time.process_time() + spent - before, ran if len(ran) < 60 else f"{len(checker.ran)}"


def _of_runner(checker: Checker) -> float:
    """The processor time of the process that runs the code, with its forks."""
    if checker.process is None:
        return 0.0
    times = psutil.Process(checker.process).cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


if __name__ == "__main__":
    main()
