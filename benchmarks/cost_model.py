"""What grading costs on a cluster: measured parts, fitted to a model, with its predictions.

    python benchmarks/cost_model.py --json benchmarks/cost_model.json

Measured in seconds of processor time, which other load on the machine changes little:

* a worker's start: its grading process and its warm process, for each assignment;
* a submission: honest ones of the made-up class, right and wrong, and what training adds;
* the coordinator: its start, and what each further submission costs it (two classes of right
  notebooks, graded on a cluster of this machine into a gradebook).

The model: after the starts, either the workers or the coordinator sets the pace, and nothing is
faster than the longest submission. The larger class checks the parts: the processor time that they
predict, and the measured one, which includes Dask's own. `deadline_rush.py` reads the JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "engine"))

from cluster_overhead import ASSIGNMENT, class_of, on, used_by
from dask_cluster import cluster

from autograder.cluster import bundle
from autograder.cluster.messages import Answer
from autograder.cluster.preparing import Prepared, prepare
from autograder.cluster.station_process import StationProcess
from autograder.cluster.work import course_of
from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.demo import make_course
from autograder.demo.honest import mistaken, right, unfinished
from autograder.grading.batch import Task
from autograder.results import Result

ROOT = Path(__file__).resolve().parents[1]
SIZES = (8, 40)
WORKERS = 2
CLASSES = (100, 10_000, 1_000_000)
CORES = (2, 64, 1000)


@dataclass(frozen=True)
class Costs:
    """Processor seconds of a worker's start and of each submission, and its memory in MB."""

    startup_seconds: float
    seconds: list[float]
    memory_mb: float


@dataclass(frozen=True)
class Coordinator:
    """Processor seconds of the coordinator."""

    startup_seconds: float
    seconds_per_submission: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to write what was measured")
    parser.add_argument("--submissions", type=int, default=12, help="of assignments that train not")
    parser.add_argument("--trained", type=int, default=1, help="of assignments that train")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        course = make_course(ROOT, folder / "course")
        costs = {}
        for each in assignment_names(course):
            assignment = load_assignment(each, course)
            most = options.trained if assignment.training else options.submissions
            costs[each] = of_a_worker(assignment, most, folder / "handed_in" / each)
            show(each, costs[each])
        coordinator, measured = of_a_coordinator(folder)
    predicted = processor_time(costs[ASSIGNMENT], coordinator)
    print(f"{SIZES[1]} right notebooks on {WORKERS} workers, in seconds of processor time: "
          f"{predicted:.0f} by these parts, {measured:.0f} measured")  # fmt: skip
    predict(costs, coordinator)
    if options.json:
        document = {
            "machine": machine(),
            "coordinator": asdict(coordinator),
            "assignments": {name: asdict(each) for name, each in costs.items()},
            "check": {"predicted_processor_seconds": predicted, "measured": measured},
        }
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, str | int]:
    """What the figures hold for."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    names = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
    }


def of_a_worker(assignment: Assignment, most: int, folder: Path) -> Costs:
    """Grade honest submissions in a station, as a Dask worker does."""
    made = [*islice(right(assignment), 1 + most // 3), *mistaken(assignment)]
    made += unfinished(assignment)
    tasks = []
    for number, submission in enumerate(made[:most]):
        place = folder / str(number)
        place.mkdir(parents=True)
        submission.write(place)
        tasks.append(Task(f"student{number}", place))
    whole = bundle.bundle_of(assignment)
    bundle.install(whole.digest, whole.content)
    station = StationProcess(course_of(assignment, "namespaces", whole.digest).to_bytes(), "here")
    process = psutil.Process().children()[-1]
    try:
        parts = [parts_of(process, station, assignment, tasks[0])]
        started = used_by([process])
        parts += [parts_of(process, station, assignment, task) for task in tasks]
        tree = [process, *process.children(recursive=True)]
        memory = sum(each.memory_full_info().pss for each in tree) / 1e6
    finally:
        station.close()
    (_, (suites, _), *_) = parts  # the same submission, once all has been started
    return Costs(started - suites, [sum(each) for each in parts[1:]], memory)


def parts_of(
    process: psutil.Process, station: StationProcess, assignment: Assignment, task: Task
) -> tuple[float, float]:
    """The processor seconds of one submission: of the station, and in the sandbox."""
    prepared = prepare((assignment.name, assignment.root, assignment.dataset), task, "namespaces")
    assert isinstance(prepared, Prepared), prepared
    before = process.cpu_times()
    answer = Answer.from_bytes(station.answer(prepared.work))
    after = process.cpu_times()
    assert answer.kind == "result", answer
    suites = after.user + after.system - before.user - before.system
    return suites, Result.from_json(answer.text).observed.cpu_seconds


def of_a_coordinator(folder: Path) -> tuple[Coordinator, float]:
    """A line through two classes; and the processor time of the larger one, of all processes."""
    found = []
    for size in SIZES:
        course = class_of(folder / f"class{size}", size)
        with cluster(folder / f"dask{size}", workers=WORKERS) as dask:
            found.append(on(dask, course))
    small, large = found
    slope = (large.command - small.command) / (SIZES[1] - SIZES[0])
    return Coordinator(small.command - slope * SIZES[0], slope), large.processor


def processor_time(costs: Costs, coordinator: Coordinator) -> float:
    """What the parts predict for the larger class; the first submission is a right notebook."""
    each = costs.seconds[0] + coordinator.seconds_per_submission
    return coordinator.startup_seconds + WORKERS * costs.startup_seconds + SIZES[1] * each


def prediction(count: int, cores: int, costs: Costs, coordinator: Coordinator) -> float:
    """Seconds on the clock for so many submissions on so many cores that do nothing else."""
    on_workers = count * statistics.mean(costs.seconds) / min(cores, count)
    on_coordinator = count * coordinator.seconds_per_submission
    start = coordinator.startup_seconds + costs.startup_seconds
    return start + max(on_workers, on_coordinator, max(costs.seconds))


def show(name: str, costs: Costs) -> None:
    mean, most = statistics.mean(costs.seconds), max(costs.seconds)
    print(
        f"{name:16} start {costs.startup_seconds:5.1f} s, a submission {mean:6.2f} s "
        f"(longest {most:.2f}, of {len(costs.seconds)}), {costs.memory_mb:.0f} MB",
        flush=True,
    )


def predict(costs: dict[str, Costs], coordinator: Coordinator) -> None:
    """Print what the model says for other classes and clusters."""
    print(f"coordinator      start {coordinator.startup_seconds:5.1f} s, "
          f"a submission {coordinator.seconds_per_submission:6.3f} s\n")  # fmt: skip
    print(f"{'predicted':16} {'class':>9}" + "".join(f"{cores:>8} cores" for cores in CORES))
    for name, each in costs.items():
        for count in CLASSES:
            times = [in_words(prediction(count, cores, each, coordinator)) for cores in CORES]
            print(f"{name:16} {count:>9,}" + "".join(f"{text:>14}" for text in times))


def in_words(seconds: float) -> str:
    """A duration as people say it."""
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


if __name__ == "__main__":
    main()
