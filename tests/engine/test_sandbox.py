"""Cells, calls and limits, as the grader sees them; with either kind of isolation."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sandboxes import available, sandbox

from autograder.errors import AutograderError, SandboxLost
from autograder.sandbox import (
    AnswerRefused,
    Cell,
    Crashed,
    Handle,
    Limits,
    MissingFunction,
    NotImplementedByStudent,
    Sandbox,
    StudentRaised,
    TimedOut,
    Violated,
    WarmProcess,
)

QUICK = Limits(call_seconds=0.5, waiting_seconds=0.5, memory_mb=150)
# writes to every descriptor that could be the wire
SPEAK = """
    import os
    def speak(data):
        for descriptor in range(3, 32):
            try:
                os.write(descriptor, data)
            except OSError:
                pass
"""


@pytest.fixture(scope="module", params=["namespaces", "restricted", "process"])
def warm_process(request: pytest.FixtureRequest) -> Iterator[WarmProcess]:
    if request.param not in ("process", available()):
        pytest.skip("this run is with another isolation; test_containers.py starts the others")
    with WarmProcess(isolation=request.param) as warm:
        yield warm


def test_a_call_returns_what_the_function_returned(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "def double(x): return 2 * x") as student:
        np.testing.assert_array_equal(student.call("double", [np.arange(3)]).value, [0, 2, 4])


def test_keyword_arguments_are_passed_by_name(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "def minus(a, b): return a - b") as student:
        assert student.call("minus", [1], {"b": 3}).value == -2


def test_cells_share_a_namespace_and_know_their_module(warm_process: WarmProcess) -> None:
    cells = [Cell("a", "one = 1"), Cell("b", "def f(): return one, __name__")]
    with Sandbox(warm_process.address, cells, module_name="submission") as student:
        assert student.call("f").value == (1, "submission")


def test_a_cell_that_raises_is_reported_with_its_line_and_stops_no_other(
    warm_process: WarmProcess,
) -> None:
    with sandbox(warm_process, "\n\nx = undefined", "def f(): return 1") as student:
        first, second = student.reports
        assert first.outcome == "error"
        assert first.error == "NameError: name 'undefined' is not defined (line 3)"
        assert second.outcome == "ok"
        assert student.call("f").value == 1


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("x = (", "SyntaxError"),
        ("raise SystemExit", "SystemExit (line 1)"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("input()", "EOFError"),
    ],
)
def test_no_way_of_raising_in_a_cell_ends_the_process(
    warm_process: WarmProcess, cell: str, error: str
) -> None:
    with sandbox(warm_process, cell, "def f(): return 1") as student:
        assert student.reports[0].error.startswith(error)
        assert student.call("f").value == 1
        assert student.observed().restarts == 0


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline",
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
        "!no-such-command",
        "import asyncio\nawait asyncio.sleep(0)",
        "%%time\nx = 1",
        "get_ipython()",
        "display(1)",
        "",
    ],
)
def test_what_notebooks_contain_runs(warm_process: WarmProcess, cell: str) -> None:
    with sandbox(warm_process, cell) as student:
        assert student.reports[0].outcome == "ok", student.reports[0].error


def test_an_exception_tells_its_types_its_text_and_the_students_own_frames(
    warm_process: WarmProcess,
) -> None:
    cell = """
    class Odd(ValueError):
        pass
    def inner(): raise Odd("pool_size is 0")
    def f(): inner()
    """
    with sandbox(warm_process, cell) as student, pytest.raises(StudentRaised) as caught:
        student.call("f")
    assert caught.value.type_names[:2] == ("Odd", "ValueError")
    assert caught.value.text == "pool_size is 0"
    assert caught.value.message == "f raised Odd: pool_size is 0 (line 4)"
    assert caught.value.detail.splitlines() == [
        "cell 1, line 5, in f: def f(): inner()",
        'cell 1, line 4, in inner: def inner(): raise Odd("pool_size is 0")',
    ]


@pytest.mark.parametrize(
    "body",
    [
        "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "raise type('E', (BaseException,), {'__str__': lambda self: 'x' * 10**7})()",
        "raise SystemExit(3)",
        "return f()",
        "raise ExceptionGroup('many', [ValueError()])",
    ],
)
def test_exceptions_that_misbehave_are_still_exceptions(
    warm_process: WarmProcess, body: str
) -> None:
    with sandbox(warm_process, f"def f(): {body}") as student:
        with pytest.raises(StudentRaised) as caught:
            student.call("f")
        assert len(caught.value.text) <= 4000
        assert student.observed().restarts == 0


@pytest.mark.parametrize("cell", ["", "f = 3", "del print"])
def test_a_function_that_is_not_there_is_missing(warm_process: WarmProcess, cell: str) -> None:
    with sandbox(warm_process, cell) as student, pytest.raises(MissingFunction, match="called f"):
        student.call("f")


def test_a_stub_is_not_an_error(warm_process: WarmProcess) -> None:
    with (
        sandbox(warm_process, "def f(): raise NotImplementedError") as student,
        pytest.raises(NotImplementedByStudent),
    ):
        student.call("f")


def test_arguments_are_writable_copies(warm_process: WarmProcess) -> None:
    mine = np.zeros(3)
    with sandbox(warm_process, "def spoil(x): x[0] = 7; return x") as student:
        answer = student.call("spoil", [mine], watch=True)
    assert mine[0] == 0
    assert answer.arguments is not None
    assert answer.arguments[0][0] == 7
    assert answer.shares_memory is True


def test_a_copy_shares_no_memory(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "def f(x): return x + 1") as student:
        assert student.call("f", [np.zeros(3)], watch=True).shares_memory is False


def test_without_watching_nothing_is_claimed(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "def f(x): return x") as student:
        answer = student.call("f", [1])
        assert (answer.arguments, answer.shares_memory) == (None, None)


def test_other_objects_stay_inside_and_can_be_passed_back(warm_process: WarmProcess) -> None:
    cell = "def make(): return {1, 2}\ndef count(made): return len(made[0])"
    with sandbox(warm_process, cell) as student:
        handle = student.call("make").value
        assert type(handle) is Handle
        assert handle.type_name == "set"
        assert student.call("count", [[handle]]).value == 2


def test_a_handle_answers_named_questions(warm_process: WarmProcess) -> None:
    cell = """
    class Model:
        def get_weights(self): return [np.ones(2)]
    import numpy as np
    def build(): return Model()
    """
    with sandbox(warm_process, cell) as student:
        model = student.call("build").value
        assert student.ask(model, "get_weights").value[0].tolist() == [1, 1]
        with pytest.raises(StudentRaised):
            student.ask(model, "predict", np.ones(2))
        with pytest.raises(KeyError):
            student.ask(model, "__class__")


def test_a_handle_that_was_lost_with_its_process_is_no_fault_of_the_suite(
    warm_process: WarmProcess,
) -> None:
    cell = "import os\ndef make(): return {1}\ndef die(): os._exit(1)\ndef use(made): return 1"
    with sandbox(warm_process, cell) as student:
        handle = student.call("make").value
        with pytest.raises(Crashed):
            student.call("die")
        with pytest.raises(Crashed, match="was lost"):
            student.call("use", [handle])
        assert student.call("use", [1]).value == 1


def test_an_answer_that_cannot_cross_is_refused_and_the_process_lives(
    warm_process: WarmProcess,
) -> None:
    cell = "import numpy as np\ndef f(): return np.array([None])\ndef g(): return [1] * 10**7"
    with sandbox(warm_process, cell) as student:
        with pytest.raises(AnswerRefused, match="dtype object"):
            student.call("f")
        with pytest.raises(AnswerRefused, match="items"):
            student.call("g")
        assert student.observed().restarts == 0


def test_an_argument_that_cannot_cross_is_a_fault_of_the_suite(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "def f(x): return x") as student:
        with pytest.raises(TypeError, match="an argument of f cannot cross"):
            student.call("f", [object()])
        assert student.call("f", [1]).value == 1


@pytest.mark.parametrize("body", ["while True: pass", "import threading; threading.Event().wait()"])
def test_a_call_that_does_not_end_is_ended(warm_process: WarmProcess, body: str) -> None:
    cell = f"def f():\n    {body}\ndef g(): return 1"
    with sandbox(warm_process, cell, limits=QUICK) as student:
        with pytest.raises(TimedOut):
            student.call("f")
        assert student.call("g").value == 1
        assert student.observed().restarts == 1


def test_a_function_that_timed_out_twice_is_not_called_again(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "def f():\n    while True: pass", limits=QUICK) as student:
        for _ in range(2):
            with pytest.raises(TimedOut, match="longer than"):
                student.call("f")
        with pytest.raises(TimedOut, match="not called again"):
            student.call("f")


def test_a_cell_that_does_not_end_is_left_out(warm_process: WarmProcess) -> None:
    cells = ["def f(): return 1", "while True: pass", "def g(): return f()"]
    with sandbox(warm_process, *cells, limits=QUICK) as student:
        assert [report.outcome for report in student.reports] == ["ok", "timeout", "ok"]
        assert student.call("g").value == 1


def test_when_the_total_is_used_up_nothing_more_is_run(warm_process: WarmProcess) -> None:
    limits = Limits(call_seconds=5, submission_seconds=0.3)
    cells = ["def f(): return 1", "while True: pass", "def g(): return 1"]
    with sandbox(warm_process, *cells, limits=limits) as student:
        assert [report.outcome for report in student.reports] == ["ok", "timeout", "timeout"]
        with pytest.raises(TimedOut, match="whole submission"):
            student.call("f")


def test_computing_in_other_processes_counts(warm_process: WarmProcess) -> None:
    cell = """
    import os
    def f():
        if os.fork() == 0:
            while True: pass
        os.wait()
    """
    with sandbox(warm_process, cell, limits=QUICK) as student:
        with pytest.raises(TimedOut):
            student.call("f")
        assert "longer than 0.5 seconds" in student.observed().limits_hit[0]


@pytest.mark.parametrize(
    "body",
    [
        "kept = [np.ones(1 << 17) for _ in iter(int, 1)]",
        "maps = (mmap.mmap(-1, 1 << 20, flags=0x22) for _ in iter(int, 1))\n"
        "    kept = [(map, map.write(b'x' * (1 << 20))) for map in maps]",
        "np.ones(1 << 40)",
    ],
)
def test_using_too_much_memory_ends_that_call_only(warm_process: WarmProcess, body: str) -> None:
    cell = f"import mmap, numpy as np\ndef f():\n    {body}\ndef g(): return 1"
    limits = Limits(call_seconds=20, memory_mb=150)
    with sandbox(warm_process, cell, limits=limits) as student:
        with pytest.raises((Crashed, StudentRaised)) as caught:
            student.call("f")
        assert student.call("g").value == 1
    assert "memory" in caught.value.message.lower()


def test_memory_is_that_of_all_processes_together(warm_process: WarmProcess) -> None:
    cell = """
    import os, numpy as np
    def f():
        for _ in range(8):
            if os.fork() == 0:
                kept = np.ones(5 << 20)
                while True: kept += 1
        os.wait()
    """
    limits = Limits(call_seconds=20, memory_mb=150)
    with (
        sandbox(warm_process, cell, limits=limits) as student,
        pytest.raises(Crashed, match="150 MB"),
    ):
        student.call("f")


@pytest.mark.parametrize("end", ["raise ValueError('done')", "return 1"])
def test_a_call_that_leaves_a_crowd_behind_leaves_no_trouble_for_the_next(
    warm_process: WarmProcess, end: str
) -> None:
    crowding = f"""
    import os, time

    def crowd():
        for _ in range(20):
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        {end}

    def children():
        with open(f"/proc/self/task/{{os.getpid()}}/children") as file:
            return len(file.read().split())
    """
    with sandbox(warm_process, crowding, limits=Limits(processes=30)) as student:
        if "return" in end:
            student.call("crowd")
        else:
            with pytest.raises(StudentRaised):
                student.call("crowd")
        assert student.call("children").value == 0
        assert student.observed().limits_hit == ("crowd left 20 processes running.",)


def test_forks_that_share_what_the_warm_process_had_use_no_memory(
    warm_process: WarmProcess,
) -> None:
    cell = """
    import os, time
    def f():
        children = []
        for _ in range(6):
            child = os.fork()
            if child == 0:
                time.sleep(0.3)
                os._exit(0)
            children.append(child)
        return [os.waitpid(child, 0)[1] for child in children]
    """
    with sandbox(warm_process, cell, limits=Limits(memory_mb=60)) as student:
        assert student.call("f").value == [0] * 6


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("os._exit(3)", "exit code 3"),
        ("ctypes.string_at(0)", "segmentation fault"),
    ],
)
def test_dying_fails_that_call_only_and_says_how(
    warm_process: WarmProcess, body: str, how: str
) -> None:
    cell = f"import os, ctypes\ndef f(): {body}\ndef g(): return 1"
    with sandbox(warm_process, cell) as student:
        with pytest.raises(Crashed, match=how):
            student.call("f")
        assert student.call("g").value == 1


@pytest.mark.parametrize(
    "data",
    [
        "b'garbage' * 100",
        "bytes(4)",
        "b'\\xff' * 4",
        "(5).to_bytes(4, 'big') + b'\\x81\\xa2id\\x01'",
        "(1).to_bytes(4, 'big') + b'\\xc1'",
    ],
)
def test_speaking_on_the_wire_is_a_violation_that_costs_one_call(
    warm_process: WarmProcess, data: str
) -> None:
    with sandbox(warm_process, SPEAK, f"def f(): speak({data})\ndef g(): return 1") as student:
        with pytest.raises(Violated):
            student.call("f")
        assert student.call("g").value == 1
        assert len(student.observed().violations) == 1


def test_speaking_later_is_a_violation_too(warm_process: WarmProcess) -> None:
    cell = """
    import threading, time
    def f(): threading.Timer(0.05, speak, [b"garbage"]).start()
    def g(): time.sleep(0.5)
    """
    with sandbox(warm_process, SPEAK, cell) as student:
        student.call("f")
        with pytest.raises(Violated):
            student.call("g")


def test_closing_the_wire_is_a_violation_or_a_crash(warm_process: WarmProcess) -> None:
    cell = "import os\ndef f(): os.closerange(3, 32)\ndef g(): return 1"
    with sandbox(warm_process, cell) as student:
        with pytest.raises((Violated, Crashed)):
            student.call("f")
        assert student.call("g").value == 1


def test_an_answer_announced_but_never_sent_ends_with_the_call(warm_process: WarmProcess) -> None:
    cell = "import threading\ndef f(): speak(bytes([0, 0, 1, 0])); threading.Event().wait()"
    with sandbox(warm_process, SPEAK, cell, limits=QUICK) as student, pytest.raises(TimedOut):
        student.call("f")


def test_output_is_kept_up_to_a_limit_and_counted_beyond(warm_process: WarmProcess) -> None:
    cell = "import sys\nprint('hello')\nprint('oops', file=sys.stderr)\nprint('x' * 10**6)"
    with sandbox(warm_process, cell, limits=Limits(output_kb=1)) as student:
        observed = student.observed()
    assert observed.output.startswith("hello\n")
    assert "oops" in observed.output
    assert len(observed.output) == 1024
    assert observed.output_bytes >= 10**6


def test_what_is_printed_again_after_a_restart_is_not_kept_twice(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "import os\nprint('once')\ndef die(): os._exit(1)") as student:
        with pytest.raises(Crashed):
            student.call("die")
        with pytest.raises(MissingFunction):
            student.call("other")
        assert student.observed().output.count("once") == 1


def test_nothing_of_one_submission_reaches_the_next(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "import numpy, builtins\nnumpy.mark = builtins.mark = 1\nmark2 = 1"):
        pass
    cell = "import numpy, builtins\ndef f(): return hasattr(numpy, 'mark'), 'mark2' in globals()"
    with sandbox(warm_process, cell) as student:
        assert student.call("f").value == (False, False)


def test_two_runs_draw_the_same_random_numbers(warm_process: WarmProcess) -> None:
    cell = "import random, numpy\ndef f(): return random.random(), numpy.random.rand()"
    drawn = []
    for _ in range(2):
        with sandbox(warm_process, cell) as student:
            drawn.append(student.call("f").value)
    assert drawn[0] == drawn[1]


def test_no_environment_of_the_graders_is_inside(
    warm_process: WarmProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "s3cret")
    cell = "import os\ndef f(): return dict(os.environ)"
    with WarmProcess(isolation=warm_process.isolation) as warm, sandbox(warm, cell) as student:
        assert "s3cret" not in repr(student.call("f").value)


def test_several_submissions_run_side_by_side(warm_process: WarmProcess) -> None:
    cell = "import os\nmine = []\ndef f(x): mine.append(x); return mine"
    with sandbox(warm_process, cell) as one, sandbox(warm_process, cell) as other:
        one.call("f", [1])
        assert other.call("f", [2]).value == [2]


def _processes_of(folder: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if folder.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except (OSError, ValueError):
            continue
    return found


def test_closing_leaves_no_process_and_no_file(warm_process: WarmProcess) -> None:
    cell = """
    import os, signal
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            while True: signal.pause()
    """
    with WarmProcess(isolation=warm_process.isolation) as warm:
        folder = os.path.dirname(warm.address)
        with sandbox(warm, cell):
            assert len(_processes_of(folder)) > 4
        assert len(_processes_of(folder)) == 1
        assert sorted(os.listdir(folder))[-2:] == ["root", "socket"]
    assert not os.path.exists(folder)


needs_pidfd = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="needs Linux to wait for a process"
)


def ended(descriptor: int) -> bool:
    """Whether the process of that pidfd ends within reasonable time; closes the descriptor."""
    try:
        return bool(select.select([descriptor], [], [], 20)[0])
    finally:
        os.close(descriptor)


@needs_pidfd
def test_a_warm_process_that_ends_takes_its_submissions_along(warm_process: WarmProcess) -> None:
    with WarmProcess(isolation=warm_process.isolation) as warm:
        student = sandbox(warm, "import os\ndef f(): return os.getpid()")
        student.call("f")
        assert student._worker is not None
        worker = os.pidfd_open(student._worker.tree.pid)
    assert ended(worker)
    with pytest.raises(SandboxLost if warm_process.isolation == "namespaces" else Violated):
        student.call("f")
    student.close()


GRADER = """
import sys
from sandboxes import sandbox
from autograder.sandbox import Limits, WarmProcess

warm = WarmProcess(isolation=sys.argv[1])
student = sandbox(warm, "def f():\\n    while True: pass")
student.reports
print(student._worker.tree.pid, warm._process.pid, warm.address, flush=True)
student.call("f")
"""


@needs_pidfd
def test_a_grader_that_is_killed_leaves_nothing_running(warm_process: WarmProcess) -> None:
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER, warm_process.isolation],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent,
    )
    with grader:
        assert grader.stdout is not None
        worker, warm, address = grader.stdout.readline().split()
        watched = [os.pidfd_open(int(worker)), os.pidfd_open(int(warm))]
        grader.kill()
    assert [ended(descriptor) for descriptor in watched] == [True, True]
    assert not os.path.exists(os.path.dirname(address))


def test_a_module_that_cannot_be_imported_is_named() -> None:
    with pytest.raises(AutograderError, match="no_such_module"):
        WarmProcess(preload=("no_such_module",))


def test_an_address_where_nothing_listens_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(SandboxLost, match="No warm process"):
        Sandbox(str(tmp_path / "none"), []).reports  # noqa: B018
