"""How long a failed public check takes: without its window, with it, and with its picture.

    python benchmarks/failed_check.py

Processor time, all in one run, in turns. The first picture of a process also imports matplotlib, so
that one is measured in processes of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from convgrade import CheckFailed, Window, check  # noqa: E402

image = np.arange(16.0).reshape(1, 4, 4, 1)
right = np.zeros((1, 2, 2, 1))


def layer(x: np.ndarray) -> np.ndarray:
    """A wrong answer."""
    return right + np.eye(2).reshape(1, 2, 2, 1)


def failed(window: Window | None) -> CheckFailed:
    """The failure of a check."""
    try:
        check(layer, image, expected=right, window=window)
    except CheckFailed as failure:
        str(failure)
        return failure
    raise AssertionError("the check passed")


def with_picture() -> None:
    """Fail, and draw the picture as Jupyter does."""
    made = failed(Window(size=2, step=2)).picture
    assert made is not None
    assert made()._repr_png_() is not None


def seconds(run: Callable[[], object]) -> float:
    """The processor time of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=25)
    options.add_argument("--first", action="store_true", help="print the first picture's seconds")
    chosen = options.parse_args()
    if chosen.first:
        print(seconds(with_picture))
        return
    ways = {
        "without a window": lambda: failed(None),
        "with its window": lambda: failed(Window(size=2, step=2)),
        "and its picture": with_picture,
    }
    with_picture()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(chosen.runs):
        for name, way in ways.items():
            taken[name].append(seconds(way))
    base = median(taken["without a window"])
    for name, all_of_it in taken.items():
        print(
            f"{name:18} median {1000 * median(all_of_it):7.1f} ms  {median(all_of_it) / base:5.1f}"
        )
    command = [sys.executable, __file__, "--first"]
    firsts = [
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    ]
    print(f"{'the first picture':18} median {1000 * median(firsts):7.1f} ms")


if __name__ == "__main__":
    main()
