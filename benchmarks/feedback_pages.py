"""Feedback pages by nbgrader's own template and by ours, from the same graded notebooks.

Both sides run nbgrader's `GenerateFeedback` in this process, in turn, on a course folder that has
been graded, for example that of `autograder demo`. The pages go to a temporary folder. Prints for
both sides the median seconds of processor time per page and the median size, and the ratios.

    autograder demo --into /tmp/demo
    python benchmarks/feedback_pages.py /tmp/demo pooling_padding --rounds 5
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.nbgrader_bridge import configuration
from autograder.nbgrader_bridge.release import quiet_log


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("course", type=Path)
    parser.add_argument("assignment")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--students", type=int, default=8, help="the first so many, by name")
    asked = parser.parse_args()
    graded = sorted(path.name for path in (asked.course / "autograded").iterdir())
    left_out = ",".join(graded[asked.students :])
    ours = configuration.load(asked.course.resolve())
    stock = configuration.load(asked.course.resolve())
    del stock["GenerateFeedback"]
    sides = {"nbgrader's template": stock, "our page": ours}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    sizes: dict[str, list[int]] = {}
    for number in range(asked.rounds + 1):
        for name, config in sides.items():
            taken, sizes[name] = pages(asked.course.resolve(), asked.assignment, config, left_out)
            if number:  # the first round imports and compiles
                seconds[name].append(taken)
    for name in sides:
        print(
            f"{name:20} {1000 * statistics.median(seconds[name]):7.1f} ms of processor time, "
            f"{statistics.median(sizes[name]) / 1000:6.1f} kB ({len(sizes[name])} pages)"
        )
    slow, fast = (statistics.median(seconds[name]) for name in sides)
    large, small = (statistics.median(sizes[name]) for name in sides)
    print(f"ratio: {slow / fast:.1f} times the time, {large / small:.1f} times the size")


def pages(root: Path, assignment: str, config: Config, left_out: str) -> tuple[float, list[int]]:
    """Make all pages; return the processor time per page and the sizes of the pages."""
    with tempfile.TemporaryDirectory() as folder:
        config.CourseDirectory.feedback_directory = folder
        config.CourseDirectory.student_id_exclude = left_out
        log, _ = quiet_log()
        course = CourseDirectory(config=config, log=log, root=str(root), assignment_id=assignment)
        begun = time.process_time()
        GenerateFeedback(coursedir=course, config=config, log=log, force=True).start()
        taken = time.process_time() - begun
        sizes = [path.stat().st_size for path in Path(folder).rglob("*.html")]
    return taken / len(sizes), sizes


if __name__ == "__main__":
    main()
