"""Time: computing, waiting, and standing in line for a processor are told apart."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from sandboxes import available, sandbox

from autograder.sandbox import Crashed, Limits, TimedOut, WarmProcess, speed
from autograder.sandbox.host import time_budget
from autograder.sandbox.host.time_budget import TimeBudget
from autograder.sandbox.process_tree import Used

TICK = 0.05


class FakeTree:
    """A process tree whose use of time the test says."""

    def __init__(self) -> None:
        self.now = 100.0
        self.own = 0.0
        self.seen = Used(0.0, 0.0)
        self.runnable = False
        self.factor = 1.0  # of the machine, measured now

    def used(self) -> Used:
        return self.seen

    def cpu_seconds(self) -> float:
        return self.seen.computed

    def is_runnable(self) -> bool:
        return self.runnable

    def passes(
        self, seconds: float, *, computed: float = 0.0, delayed: float = 0.0, runnable: bool = False
    ) -> None:
        self.now += seconds
        self.seen = Used(self.seen.computed + computed, self.seen.delayed + delayed)
        self.runnable = runnable


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch) -> FakeTree:
    fake = FakeTree()
    monkeypatch.setattr(time_budget.time, "monotonic", lambda: fake.now)
    monkeypatch.setattr(time_budget.time, "process_time", lambda: fake.own)
    monkeypatch.setattr(time_budget.speed, "factor", lambda: fake.factor)
    return fake


def begun(
    tree: FakeTree,
    limits: Limits = Limits(call_seconds=2, submission_seconds=10, waiting_seconds=3),  # noqa: B008
    factor: float = 1.0,
    is_importing: Callable[[], bool] = bool,
) -> TimeBudget:
    """In a call whose first tick has been."""
    allowed = TimeBudget(limits)
    allowed.watch(tree, factor, is_importing)  # type: ignore[arg-type]
    allowed.begin("f")
    tree.passes(TICK)
    allowed.tick()
    return allowed


def ticks_until_over(
    allowed: TimeBudget, tree: FakeTree, most: int, **passing: float
) -> tuple[int, str]:
    """After how many ticks of such passing the time is over, and the sentence for it."""
    for number in range(1, most + 1):
        tree.passes(TICK, **passing)  # type: ignore[arg-type]
        try:
            allowed.tick()
        except TimedOut as over:
            return number, over.message
    return most, ""


def test_computing_ends_with_the_limit_of_the_call(tree: FakeTree) -> None:
    number, why = ticks_until_over(begun(tree), tree, 100, computed=TICK, runnable=True)
    assert number == pytest.approx(2 / TICK, abs=2)
    assert "computed for longer than 2 seconds" in why


def test_waiting_ends_after_a_few_seconds_and_says_so(tree: FakeTree) -> None:
    number, why = ticks_until_over(begun(tree), tree, 200)
    assert number == pytest.approx(3 / TICK, abs=4)
    assert "waited for 3 seconds without computing" in why


def test_standing_in_line_for_a_processor_costs_nothing(tree: FakeTree) -> None:
    """A thread that is ready to run has no delay to show until it runs."""
    allowed = begun(tree)
    for _ in range(20):
        assert ticks_until_over(allowed, tree, 19, runnable=True) == (19, "")
        tree.passes(TICK, computed=0.01, delayed=20 * TICK - 0.01)
        allowed.tick()


def test_where_the_kernel_tells_no_delay_being_ready_to_run_is_no_waiting(tree: FakeTree) -> None:
    assert ticks_until_over(begun(tree), tree, 400, runnable=True) == (400, "")


def test_waiting_a_little_and_computing_a_little_adds_up(tree: FakeTree) -> None:
    number, why = ticks_until_over(begun(tree), tree, 1000, computed=TICK / 10)
    assert number == pytest.approx(3 / TICK / 0.8, abs=5)
    assert "waited" in why


def test_small_waits_between_computing_are_no_waiting(tree: FakeTree) -> None:
    """Threads hand work to each other, and the kernel forgets how long an ended one stood in line:
    on a crowded machine a training of minutes shows many seconds that nothing explains.
    """
    allowed = begun(tree, Limits(call_seconds=120, submission_seconds=500, waiting_seconds=3))
    assert ticks_until_over(allowed, tree, 2000, computed=0.6 * TICK) == (2000, "")


def test_threads_that_stand_in_line_side_by_side_buy_no_more_waiting(tree: FakeTree) -> None:
    """A hundred threads for a second are a second."""
    allowed = begun(tree)
    for _ in range(20):
        tree.passes(TICK, computed=TICK, delayed=100 * TICK, runnable=True)
        allowed.tick()
    number, why = ticks_until_over(allowed, tree, 1000)
    assert number == pytest.approx((3 + 1) / TICK, abs=5)
    assert "waited for 3 seconds" in why


def test_all_calls_together_may_wait_for_a_bounded_time(tree: FakeTree) -> None:
    allowed = begun(tree)
    calls, why = 0, ""
    while not why and calls < 20:
        calls += 1
        _, why = ticks_until_over(allowed, tree, 40)
        allowed.end()
        if not why:
            allowed.begin("f")
            tree.passes(TICK)
            allowed.tick()
    assert calls == pytest.approx(18 / 2, abs=2)
    assert "had no time left: it waited for 18 seconds" in why


def test_what_the_grader_itself_slept_is_not_waiting(tree: FakeTree) -> None:
    allowed = begun(tree)
    for _ in range(5):
        tree.passes(30.0)
        allowed.tick()


def test_a_slow_machine_gives_more_of_its_seconds(tree: FakeTree) -> None:
    allowed = begun(tree, factor=3.0)
    number, why = ticks_until_over(allowed, tree, 500, computed=TICK, runnable=True)
    assert number == pytest.approx(3 * 2 / TICK, abs=2)
    assert "longer than 2 seconds" in why


def test_a_machine_that_has_become_slower_gives_more_of_its_seconds(tree: FakeTree) -> None:
    allowed = begun(tree)
    tree.factor = 2.5
    number, why = ticks_until_over(allowed, tree, 500, computed=TICK, runnable=True)
    assert number == pytest.approx(2.5 * 2 / TICK, abs=2)
    assert "longer than 2 seconds" in why
    assert allowed.factor == 2.5


def test_the_whole_submission_is_given_more_too(tree: FakeTree) -> None:
    allowed = begun(tree, Limits(call_seconds=100, submission_seconds=4))
    tree.factor = 2.0
    number, why = ticks_until_over(allowed, tree, 500, computed=TICK, runnable=True)
    assert number == pytest.approx(2 * 4 / TICK, abs=2)
    assert "the whole submission may take 4 seconds" in why


def test_loading_libraries_is_not_counted_for_a_bounded_time(tree: FakeTree) -> None:
    limits = Limits(call_seconds=2, submission_seconds=10, import_seconds=4)
    allowed = begun(tree, limits, is_importing=lambda: True)
    number, _ = ticks_until_over(allowed, tree, 500, computed=TICK, runnable=True)
    assert number == pytest.approx((4 + 2) / TICK, abs=3)


def test_a_call_that_seems_to_be_kept_from_running_for_ever_ends(tree: FakeTree) -> None:
    _, why = ticks_until_over(begun(tree), tree, 10_000, runnable=True)
    assert "had not ended" in why


def test_the_graders_own_work_with_the_answers_counts_for_the_whole(tree: FakeTree) -> None:
    allowed = begun(tree)
    allowed.end()
    tree.own += 50
    with pytest.raises(TimedOut, match="whole submission"):
        allowed.begin("f")


@pytest.mark.parametrize(("ratio", "factor"), [(0.3, 1.0), (1.0, 1.0), (2.5, 2.5), (100, 8.0)])
def test_the_factor_has_a_floor_and_a_ceiling(ratio: float, factor: float) -> None:
    assert speed.clipped(ratio) == factor


def test_the_slowest_kind_of_work_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"interpreter": 1.0, "arrays": 3.0, "products": 1.5}
    monkeypatch.setattr(speed, "_kinds", lambda: {name: name for name in times})
    monkeypatch.setattr(speed, "_milliseconds", lambda name: times[name] * speed.REFERENCE_MS[name])
    assert speed.factor() == 3.0


def test_this_machine_has_a_factor() -> None:
    assert speed.LEAST <= speed.factor() <= speed.MOST


PATIENT = Limits(call_seconds=20, waiting_seconds=1)


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(1000)",
        "while True: time.sleep(0.01)",
        "threading.Event().wait()",
        "os.pause() if hasattr(os, 'pause') else signal.pause()",
        "[threading.Thread(target=time.sleep, args=(1000,)).start() for _ in range(20)]\n"
        "    time.sleep(1000)",
        "os.kill(os.getpid(), signal.SIGSTOP) or time.sleep(1000)",
        "child = os.fork()\n    if child == 0: os.kill(os.getpid(), signal.SIGSTOP)\n    os.wait()",
        "subprocess.run(['sleep', '1000'])",
        "os.read(os.pipe()[0], 1)",
    ],
)
def test_no_way_of_doing_nothing_holds_the_grader(warm_process: WarmProcess, body: str) -> None:
    cell = (
        f"import os, signal, subprocess, threading, time\ndef f():\n    {body}\ndef g(): return 1"
    )
    with sandbox(warm_process, cell, limits=PATIENT) as student:
        with pytest.raises(TimedOut, match="without computing"):
            student.call("f")
        assert student.call("g").value == 1


def test_a_short_sleep_costs_nothing(warm_process: WarmProcess) -> None:
    cell = "import time\ndef f(): time.sleep(0.4); return 1"
    with sandbox(warm_process, cell, limits=PATIENT) as student:
        assert [student.call("f").value for _ in range(3)] == [1, 1, 1]


def test_meanwhile_calls_may_be_shorter_and_start_no_process(warm_process: WarmProcess) -> None:
    cell = """
    import os, time
    def waits(): time.sleep(1); return 1
    def ends(): os._exit(3)
    def f(): return 1
    """
    with sandbox(warm_process, cell, limits=Limits(waiting_seconds=20)) as student:
        with student.shorter_calls(0.2, 0.2):
            assert student.call("f").value == 1
            with pytest.raises(TimedOut, match=r"waited for 0\.2 seconds"):
                student.call("waits")
            with pytest.raises(Crashed, match="f was not run: waits waited"):
                student.call("f")
        assert student.call("waits").value == 1
        with student.shorter_calls(0.2, 0.2), pytest.raises(Crashed, match="exit code 3"):
            student.call("ends")
        assert student.call("f").value == 1


def test_children_that_compute_while_their_parent_waits_are_no_waiting(
    warm_process: WarmProcess,
) -> None:
    cell = """
    import os, time
    def f():
        if os.fork() == 0:
            while time.process_time() < 1.5: pass
            os._exit(0)
        return os.wait()[1]
    """
    limits = Limits(call_seconds=20, waiting_seconds=1)
    with sandbox(warm_process, cell, limits=limits) as student:
        assert student.call("f").value == 0


@pytest.mark.parametrize(
    "collected", ["os.wait()", "signal.signal(signal.SIGCHLD, signal.SIG_IGN)"]
)
def test_children_count_whether_or_not_somebody_collects_them(
    warm_process: WarmProcess, collected: str
) -> None:
    cell = f"""
    import os, signal, time
    def f():
        while True:
            {collected if "SIG_IGN" in collected else "pass"}
            if os.fork() == 0:
                end = time.process_time() + 0.3
                while time.process_time() < end: pass
                os._exit(0)
            {collected if "wait" in collected else "time.sleep(0.3)"}
    """
    limits = Limits(call_seconds=1, waiting_seconds=60)
    with (
        sandbox(warm_process, cell, limits=limits) as student,
        pytest.raises(TimedOut, match="computed for longer"),
    ):
        student.call("f")


def test_the_speed_is_told(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "x = 1") as student:
        assert student.observed().seconds_factor >= 1


@pytest.mark.skipif(available() != "namespaces", reason="seccomp is part of that isolation")
def test_no_submission_lowers_its_priority_or_its_limit_of_computing(
    warm_process: WarmProcess,
) -> None:
    cell = """
    import os, resource
    def f():
        os.nice(19)
        refused = 0
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        except (OSError, ValueError):
            refused = 1
        resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
        computing = resource.getrlimit(resource.RLIMIT_CPU)[0]
        return os.getpriority(os.PRIO_PROCESS, 0), refused, computing > 1
    """
    with sandbox(warm_process, cell) as student:
        assert student.call("f").value == (os.getpriority(os.PRIO_PROCESS, 0), 1, True)


def test_the_kernel_ends_nobody_whom_limits_let_go_on(warm_process: WarmProcess) -> None:
    """It would look like an end from outside, which is tried again and then the grader's error."""
    cell = "import resource\ndef f(): return resource.getrlimit(resource.RLIMIT_CPU)[0]"
    with sandbox(warm_process, cell, limits=Limits(submission_seconds=10)) as student:
        assert student.call("f", []).value >= 10 * speed.MOST
