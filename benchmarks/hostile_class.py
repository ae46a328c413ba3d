"""A class of which a third attacks the grader, and the same class without them, in one run.

Grades the honest submissions alone, then all together, as `autograder grade` does. Prints whether
any mark changed, how much longer the grading took and how much of that the time limits explain, how
the grader's memory changed, and what was left behind: processes, mounts, files. The limits are
tighter than the assignment's own, because most attacks use all the time that they get.

    python benchmarks/hostile_class.py --submissions 300 --seconds 6
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import psutil

from autograder.course.assignment import Assignment, load_assignment
from autograder.demo import make_course
from autograder.grading.scheduling import grade_class
from autograder.results import Result

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "pooling_padding"
SAMPLE_SECONDS = 0.5
NEEDS_TENSORFLOW = "# requires: tensorflow"


@dataclass
class Memory:
    """Resident memory of the grader and its workers (not of the sandboxes), sampled."""

    samples: list[tuple[float, float]] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Sample the memory until `end` is called."""
        began = time.monotonic()
        while not self._ended.wait(SAMPLE_SECONDS):
            self.samples.append((time.monotonic() - began, sum(_resident_mb())))

    def end(self) -> None:
        """Stop sampling."""
        self._ended.set()

    def part(self, first: float, last: float) -> float:
        """The median in MB over a part of the run, given by two shares of its duration."""
        chosen = self.samples[int(first * len(self.samples)) : int(last * len(self.samples))]
        return statistics.median(mb for _, mb in chosen) if chosen else 0.0


@dataclass(frozen=True)
class Run:
    """The outcome of grading one class."""

    results: Sequence[Result]
    seconds: float
    memory: Memory


def _resident_mb() -> Iterator[float]:
    """The memory of this process and of its pool's workers, which run the suites."""
    me = psutil.Process()
    for process in (me, *me.children()):
        try:
            words = " ".join(process.cmdline())
            if process == me or "multiprocessing" in words:
                yield process.memory_info().rss / 2**20
        except psutil.Error:
            continue


def measured(assignment: Assignment, submissions: dict[str, Path]) -> Run:
    """Grade a class without earlier results, and sample the grader's memory."""
    memory = Memory()
    watcher = threading.Thread(target=memory.watch, daemon=True)
    watcher.start()
    began = time.perf_counter()
    results = [each.result for each in grade_class(assignment, submissions, fresh=True)]
    seconds = time.perf_counter() - began
    memory.end()
    watcher.join()
    return Run(results, seconds, memory)


def tighten(assignment: Assignment, seconds: float) -> Assignment:
    """The assignment with this computing time per submission (seconds), and a sixth per call."""
    file = assignment.source_notebook.parent / "assignment.toml"
    text = re.sub(r"^(call|submission)_seconds = .*\n", "", file.read_text(), flags=re.MULTILINE)
    limits = f"[limits]\ncall_seconds = {seconds / 6}\nsubmission_seconds = {seconds}\n"
    file.write_text(text.replace("[limits]\n", limits))
    return load_assignment(assignment.name, assignment.root)


def classroom(assignment: Assignment, count: int) -> tuple[dict[str, Path], dict[str, Path]]:
    """Honest and hostile submissions by student, each in its own file."""
    right = [
        path
        for path in sorted((ROOT / "tests/right" / ASSIGNMENT).glob("*.*"))
        if path.suffix in (".py", ".ipynb")
        and NEEDS_TENSORFLOW not in path.read_text(encoding="utf-8")
    ]
    exploits = [
        path
        for path in sorted((ROOT / "tests/exploits").glob("*/*.*"))
        if path.suffix in (".py", ".ipynb")
    ]
    hostile = count // 3
    return (
        dict(_handed_in(assignment, "honest", right, count - hostile)),
        dict(_handed_in(assignment, "hostile", exploits, hostile)),
    )


def _handed_in(
    assignment: Assignment, kind: str, files: Sequence[Path], count: int
) -> Iterator[tuple[str, Path]]:
    for number, file in enumerate(islice(cycle(files), count), 1):
        student = f"{kind}{number:03}"
        folder = assignment.root / "submitted" / student / assignment.name
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / f"{assignment.name}{file.suffix}"
        shutil.copyfile(file, copy)
        yield student, copy


def mixed(honest: dict[str, Path], hostile: dict[str, Path]) -> dict[str, Path]:
    """Two honest submissions, one hostile, and so on."""
    ones, others = iter(honest.items()), iter(hostile.items())
    order: dict[str, Path] = {}
    while len(order) < len(honest) + len(hostile):
        order.update(islice(ones, 2))
        order.update(islice(others, 1))
    return order


def traces() -> dict[str, list[str]]:
    """Everything that a run must leave unchanged."""
    temporary = Path(tempfile.gettempdir())
    return {
        "processes": sorted(
            f"{child.pid} {child.name()}"
            for child in psutil.Process().children(recursive=True)
            # Python's own process, which ends with this one
            if "resource_tracker" not in " ".join(child.cmdline())
        ),
        "mounts": Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines(),
        "files": sorted(str(path) for path in temporary.glob("convgrade-*")),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    count = options.submissions
    jobs = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="hostile-class-") as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder  # it has no files of other programs
        course = make_course(ROOT, Path(folder) / "course")
        assignment = tighten(load_assignment(ASSIGNMENT, course), options.seconds)
        honest, hostile = classroom(assignment, count)
        before = traces()
        alone = measured(assignment, honest)
        together = measured(assignment, mixed(honest, hostile))
        left = {name: sorted(set(now) - set(before[name])) for name, now in traces().items()}
    marks = {result.student: result.score for result in alone.results}
    of_honest = [result for result in together.results if result.student in honest]
    of_hostile = [result for result in together.results if result.student in hostile]
    changed = [r.student for r in of_honest if (r.status, r.score) != ("graded", marks[r.student])]
    median = statistics.median(result.seconds for result in of_honest)
    longer = together.seconds - alone.seconds
    share = sum(result.seconds for result in of_hostile) / jobs
    states = Counter(result.status for result in of_hostile)
    print(f"{len(honest)} honest submissions alone: {alone.seconds:.1f} s")
    print(f"with {len(hostile)} hostile ones among them: {together.seconds:.1f} s")
    print(f"longer by {longer:.1f} s; the hostile ones held the {jobs} workers for {share:.1f} s")
    print(f"an honest one took {median:.2f} s (median, in the mixed class)")
    print(f"honest marks that differ: {changed or 'none'}")
    print(f"hostile ones: {dict(states)}, best score {max(r.score for r in of_hostile):g}")
    for name, run in (("alone", alone), ("mixed", together)):
        early, late = run.memory.part(0.2, 0.4), run.memory.part(0.8, 1.0)
        print(f"grader's memory, {name}: {early:.0f} MB early, {late:.0f} MB late")
    print(f"left behind: {left if any(left.values()) else 'nothing'}")


if __name__ == "__main__":
    main()
