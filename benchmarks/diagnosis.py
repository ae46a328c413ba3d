"""How much computing time the diagnosis of a failing exercise takes, in the grader's process.

Run with `python benchmarks/diagnosis.py [assignment]`. The submissions are pairs of known mistakes,
composed at random. Each is diagnosed in a process that has diagnosed nothing before ("first"), and
again when all that does not depend on the student is computed ("later"). The time in which the
student's own function answers is not in it; it is shown beside it, measured on the solution.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from statistics import median, quantiles

from autograder import diagnosis
from autograder.course.assignment import assignment_names, load_assignment
from autograder.diagnosis import Catalogue, Misconception
from autograder.diagnosis.composing import NotComposable, compose
from autograder.diagnosis.diagnosing import explained_by
from autograder.diagnosis.reactions import reactions_of
from autograder.diagnosis.right_functions import right_function

ROOT = Path(__file__).parents[1]
PAIRS_OF_AN_EXERCISE = 6


def milliseconds(work: Callable[..., object], *arguments: object) -> float:
    begun = time.process_time()
    work(*arguments)
    return (time.process_time() - begun) * 1000


def submissions(catalogue: Catalogue) -> list[tuple[str, list]]:
    by_function: dict[str, list[Misconception]] = {}
    for each in catalogue.misconceptions:
        if each.matches is None:
            by_function.setdefault(each.replaces, []).append(each)
    found = []
    for function, known in by_function.items():
        pairs = list(combinations(known, 2))
        random.Random(function).shuffle(pairs)
        for one, other in pairs[:PAIRS_OF_AN_EXERCISE]:
            composed = compose(catalogue, function, one.function, other.function)
            try:
                if composed is not None:
                    found.append((function, list(reactions_of(composed, function, catalogue))))
            except NotComposable:
                continue
    return found


def main() -> None:
    for name in sys.argv[1:] or assignment_names(ROOT):
        catalogue = diagnosis.load(load_assignment(name, ROOT))
        asked = [
            milliseconds(reactions_of, right_function(catalogue, function), function, catalogue)
            for function in dict.fromkeys(each.replaces for each in catalogue.misconceptions)
            if catalogue.probes.get(function)
        ]
        first, later = [], []
        for function, given in submissions(catalogue):
            catalogue.compared.clear()
            catalogue.reactions.clear()
            first.append(milliseconds(explained_by, catalogue, function, given))
            later.append(milliseconds(explained_by, catalogue, function, given))
        print(f"{name}: {len(first)} wrong functions, milliseconds of computing")
        for kind, times in (("first", first), ("later", later)):
            most = quantiles(times, n=20)[-1]
            print(f"  {kind}: median {median(times):.0f}, 95 % below {most:.0f}")
        print(f"  the probes, answered by the solution: median {median(asked):.0f}")


if __name__ == "__main__":
    main()
