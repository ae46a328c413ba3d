"""`nbgrader generate_feedback` and `autograder feedback`, on the same graded class.

Both commands run in turn in one run, on a course folder that has been graded, for example that of
`autograder demo`. Prints the median seconds of both for the whole class, and the ratio.

    autograder demo --into /tmp/demo
    python benchmarks/feedback_of_a_class.py /tmp/demo pooling_padding --rounds 3
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
COMMANDS = {
    "nbgrader generate_feedback": ["nbgrader", "generate_feedback", "--force"],
    "autograder feedback": ["autograder", "feedback"],
}


def main() -> None:
    """Measure both commands in turn, and print them and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("course", type=Path)
    parser.add_argument("assignment")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    pages = 0
    for _ in range(asked.rounds):
        for name, command in COMMANDS.items():
            shutil.rmtree(asked.course / "feedback", ignore_errors=True)
            started = time.perf_counter()
            subprocess.run(
                [str(BIN / command[0]), *command[1:], asked.assignment],
                cwd=asked.course,
                check=True,
                capture_output=True,
            )
            seconds[name].append(time.perf_counter() - started)
            pages = len(list((asked.course / "feedback").rglob("*.html")))
    print(f"{os.cpu_count()} cores, {pages} pages, median of {asked.rounds} rounds")
    slow, fast = (statistics.median(each) for each in seconds.values())
    for name, each in seconds.items():
        print(f"{name:28} {statistics.median(each):7.1f} s  ({min(each):.1f} to {max(each):.1f})")
    print(f"{'ratio':28} {slow / fast:7.1f}")


if __name__ == "__main__":
    main()
