"""A deadline rush: how long students wait for their grade on so many cores, simulated.

    python benchmarks/deadline_rush.py --students 1000 --cores 2 8 64
    python benchmarks/deadline_rush.py benchmarks/cost_model.json --assignment lenet5 --hours 6

Each student hands in once in the hours before the deadline, at a random moment; the density of
hand-ins doubles with every `--doubling` hours. That is an assumption, not a measurement. How long a
core grades one is drawn from the processor seconds that `cost_model.py` measured. Submissions are
graded in the order in which they come, each by the next free core; the workers have been started.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
from collections.abc import Sequence
from pathlib import Path

MEASURED = Path(__file__).with_name("cost_model.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("measured", nargs="?", type=Path, default=MEASURED)
    parser.add_argument("--assignment", default="pooling_padding")
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--cores", type=int, nargs="+", default=[2, 8, 64])
    parser.add_argument("--hours", type=float, default=24.0, help="from the first hand-in")
    parser.add_argument("--doubling", type=float, default=0.5, help="hours")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    measured = json.loads(options.measured.read_text(encoding="utf-8"))
    seconds = measured["assignments"][options.assignment]["seconds"]
    machine = measured["machine"]
    chance = random.Random(options.seed)
    arrivals = hand_ins(options.students, options.hours, options.doubling, chance)
    services = chance.choices(seconds, k=options.students)
    last_hour = sum(time > (options.hours - 1) * 3600 for time in arrivals)
    print(f"{options.students} x {options.assignment}, {last_hour} of them in the last hour; "
          f"measured {machine['date']} on {machine['processor']}")  # fmt: skip
    print(
        f"{'cores':>6} {'median wait':>12} {'95 %':>10} {'longest':>10} {'done after deadline':>20}"
    )
    for cores in options.cores:
        waits, end = waiting_times(arrivals, services, cores)
        numbers = [quantile(waits, 0.5), quantile(waits, 0.95), waits[-1]]
        late = max(0.0, end - options.hours * 3600)
        shown = [f"{number:.0f} s" for number in (*numbers, late)]
        print(f"{cores:>6} {shown[0]:>12} {shown[1]:>10} {shown[2]:>10} {shown[3]:>15}")


def hand_ins(students: int, hours: float, doubling: float, chance: random.Random) -> list[float]:
    """Moments in seconds since the first hours' beginning, sorted; the deadline is at the end."""
    whole, rate = hours * 3600, math.log(2) / (doubling * 3600)
    least = math.exp(-rate * whole)
    return sorted(
        whole + math.log(least + (1 - least) * chance.random()) / rate for _ in range(students)
    )


def waiting_times(
    arrivals: Sequence[float], services: Sequence[float], cores: int
) -> tuple[list[float], float]:
    """How long each submission waits for a free core, sorted, and when the last one is graded."""
    free = [0.0] * cores  # when each core is free: a heap
    waits = []
    for arrival, service in zip(arrivals, services, strict=True):
        begin = max(arrival, heapq.heappop(free))
        waits.append(begin - arrival)
        heapq.heappush(free, begin + service)
    return sorted(waits), max(free)


def quantile(numbers: Sequence[float], share: float) -> float:
    """A quantile of sorted numbers."""
    return numbers[min(len(numbers) - 1, int(share * len(numbers)))]


if __name__ == "__main__":
    main()
