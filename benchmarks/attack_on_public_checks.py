"""Attacks the public checks of other courses' pooling and convolution, and this course's suites.

The checks are written in our words, from what is known of their inputs and tolerances:

* `step_by_step`: the tests of "Convolutional Model: Step by Step", which come with the notebook;
* `relative_error`: the cells of CS231n's notebook that print a relative error.

Both are translated to this course's functions. Wrong is what differs within what those courses ask:
floats, square windows, one stride. The same candidates are graded by this course's own suites.

    python benchmarks/attack_on_public_checks.py --wrong 100 --minutes 10
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from autograder.attack.campaign import Plan, attack, close
from autograder.attack.candidate import recipes
from autograder.attack.figures import figures
from autograder.attack.report import limits
from autograder.attack.target import Target
from autograder.course.assignment import load_assignment

FOLDER = Path(__file__).with_name("public_checks")
DOMAIN = FOLDER / "domain.py"
ROOT = Path(__file__).parents[1]
EXERCISES = ("zero_pad2d", "max_pool2d", "avg_pool2d", "conv2d")


def main() -> None:
    """Attack each of the suites, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wrong", type=int, default=100)
    parser.add_argument("--inputs", type=int, default=2_000)
    parser.add_argument("--minutes", type=float, default=30)
    options = parser.parse_args()
    assignment = load_assignment("pooling_padding", ROOT)
    plan = Plan(most=options.inputs, until=time.monotonic() + 60 * options.minutes)
    suites = {
        "step by step": FOLDER / "step_by_step",
        "relative error": FOLDER / "relative_error",
        "this course": assignment.suite_folder,
    }
    print(
        "| exercise | checks | wrong | accepted | 95 % limits | accepted of those wrong on > 1 % |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for exercise in EXERCISES:
        for name, folder in suites.items():
            target = Target(assignment, exercise, folder, DOMAIN)
            if not target.suite_file.is_file():
                continue
            found = figures(exercise, attack(target, recipes(options.wrong, 0), plan))
            close()
            rate, often = found.accepted, found.often
            cells = (
                exercise,
                name,
                rate.n,
                rate.count,
                limits(rate),
                f"{often.count} of {often.n}",
            )
            print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
