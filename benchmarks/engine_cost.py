"""What the engine itself costs for each submission, in processor time, and a profile of it.

    python benchmarks/engine_cost.py --rounds 20
    python benchmarks/engine_cost.py pooling_padding tests/right/pooling_padding/loops.py

Grades one right submission again and again with one warm process, and counts the processor time
of all processes: the grader's, the guardian's, the sandbox's. It then runs the same tests with the
same functions in this process, without a boundary. The difference is the engine: reading the
hand-in, pytest, processes, isolation, and calls that cross. Needs root and control groups, because
no other clock sees processes that the kernel has collected.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.assignment import Assignment, load_assignment
from autograder.grading import grader as grader_module
from autograder.grading.grader import Grader
from autograder.sandbox import Answer, Call, StudentRaised
from autograder.sandbox.inside.watched_calls import shares_memory
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.translation import UNTRANSLATED, Translation
from autograder.suite.grading_run import GradingRun
from autograder.suite.runner import run
from convgrade.submission import read

ROOT = Path(__file__).resolve().parents[1]
PER_SUBMISSION, PER_TEST = 80.0, 1.0
"""What the engine may cost, in milliseconds."""
CGROUPS = Path("/sys/fs/cgroup")
SETTLE_SECONDS = 0.05  # in which the processes of a sandbox end


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignment", nargs="?", default="pooling_padding")
    parser.add_argument("file", nargs="?", type=Path, help="without it, the solutions")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    assignment = load_assignment(options.assignment, ROOT)
    file = options.file or assignment.solution_module
    with all_processes() as seconds, Grader(assignment) as grader:
        grader.grade(file)  # imports what is imported once
        profile = Profile()
        whole, inside, tests = [], [], 0
        for _ in range(options.rounds):
            before = seconds()
            result = grader.grade(file)
            time.sleep(SETTLE_SECONDS)
            whole.append(seconds() - before)
            inside.append(result.observed.cpu_seconds)
            tests = sum(len(each.tests) for each in result.exercises)
    own = profile.milliseconds(options.rounds)
    total, in_sandbox = (1000 * statistics.median(each) for each in (whole, inside))
    functions, bodies = direct(assignment, file, options.rounds)
    engine = total - functions - bodies
    print(f"{assignment.name}, {file.name}: {result.score:g}/{result.max_score:g}, {tests} tests")
    print(f"{'all processes':42}{total:8.0f} ms")
    print(f"{'the functions, called directly':42}{functions:8.0f} ms")
    print(f"{'the bodies of the tests':42}{bodies:8.0f} ms")
    most = PER_SUBMISSION + PER_TEST * tests
    print(f"{'the engine: the rest':42}{engine:8.0f} ms   (aim: {most:.0f} ms)")
    print("\nwhere it goes")
    for name, each in own.items():
        print(f"  grader: {name:32}{each:8.0f} ms")
    print(f"  sandbox: {'cells and calls':31}{in_sandbox:8.0f} ms")
    rest = total - in_sandbox - own["everything"]
    print(f"  {'forks, isolation and guardian':40}{rest:8.0f} ms")


class Profile:
    """Processor time of the grader's own process by part, from now on."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._count(Grader, "grade", "everything")
        self._count(grader_module, "read_as_given", "reading the hand-in")
        self._count(grader_module, "keys", "digests")
        self._count(Sandbox, "_start", "starting the sandbox")
        self._count(grader_module, "run", "suites")
        self._count(GradingRun, "judge", "  in tests")
        self._count(Sandbox, "_exchange", "    in calls")
        self._count(grader_module, "find_advice", "advice")

    def _count(self, owner: Any, name: str, part: str) -> None:
        function: Callable[..., Any] = getattr(owner, name)
        self._seconds[part] = 0.0

        def counting(*args: Any, **kwargs: Any) -> Any:
            started = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self._seconds[part] += time.process_time() - started

        setattr(owner, name, counting)

    def milliseconds(self, rounds: int) -> dict[str, float]:
        """The mean of each part."""
        return {part: 1000 * seconds / rounds for part, seconds in self._seconds.items()}


class Direct:
    """Calls the functions of a submission in this process, with copies of the arguments."""

    def __init__(self, functions: dict[str, Any]) -> None:
        self._functions = functions
        self.seconds = 0.0

    def call(self, name: str, args: Any = (), kwargs: Any = None, **_: Any) -> Answer:
        copies = [each.copy() if isinstance(each, np.ndarray) else each for each in args]
        started = time.process_time()
        try:
            value = self._functions[name](*copies, **(kwargs or {}))
        except Exception as error:
            types = tuple(kind.__name__ for kind in type(error).__mro__)
            raise StudentRaised(str(error), type_names=types, text=str(error)) from None
        finally:
            self.seconds += time.process_time() - started
        return Answer(value, tuple(copies), shares_memory(value, copies))

    def translation_of(self, name: str) -> Translation:
        return UNTRANSLATED

    def call_several(self, name: str, calls: Sequence[Call], **_: Any) -> list[Any]:
        outcomes: list[Any] = []
        for args, kwargs in calls:
            try:
                outcomes.append(self.call(name, args, kwargs))
            except StudentRaised as error:
                outcomes.append(error)
        return outcomes


def direct(assignment: Assignment, file: Path, rounds: int) -> tuple[float, float]:
    """Milliseconds of the functions, and of the bodies of the tests without them: medians."""
    functions: dict[str, Any] = {"__name__": "__main__"}
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        for cell in read(file, assignment.release).cells:
            exec(cell.source, functions)
    exercises = [exercise.name for exercise in assignment.exercises]
    found = []
    for number in range(rounds + 1):
        student, bodies = Direct(functions), Bodies()
        with bodies.counted(), np.errstate(all="ignore"):
            seed = number.to_bytes(16, "big")
            run(assignment.suite_folder, exercises, student, seed, fingerprint="direct")  # type: ignore[arg-type]
        found.append((student.seconds, bodies.seconds - student.seconds))
    first, second = zip(*found[1:], strict=True)
    return 1000 * statistics.median(first), 1000 * statistics.median(second)


class Bodies:
    """Processor time in the bodies of tests."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        judge = GradingRun.judge

        def counting(run: GradingRun, exercise: str, test: Callable[[], object]) -> None:
            started = time.process_time()
            try:
                judge(run, exercise, test)
            finally:
                self.seconds += time.process_time() - started

        GradingRun.judge = counting  # type: ignore[method-assign]
        try:
            yield
        finally:
            GradingRun.judge = judge  # type: ignore[method-assign]


@contextlib.contextmanager
def all_processes() -> Iterator[Callable[[], float]]:
    """A clock of the processor time of this process and of all that it starts from now on."""
    old = (CGROUPS / "cpuacct").is_dir()
    parent = CGROUPS / "cpuacct" if old else CGROUPS
    group = parent / f"engine-cost-{os.getpid()}"
    try:
        group.mkdir()
        (group / "cgroup.procs").write_text(str(os.getpid()))
    except OSError as error:
        raise SystemExit(
            f"No control group can be made here ({error}): run this as root."
        ) from None

    def seconds() -> float:
        if old:
            return int((group / "cpuacct.usage").read_text()) / 1e9
        return int((group / "cpu.stat").read_text().split()[1]) / 1e6

    try:
        yield seconds
    finally:
        (parent / "cgroup.procs").write_text(str(os.getpid()))
        time.sleep(SETTLE_SECONDS)
        with contextlib.suppress(OSError):  # a process is still ending
            group.rmdir()


if __name__ == "__main__":
    main()
