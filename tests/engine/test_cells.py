"""Cells across the boundary: costs of statements, accompanying files, causes of failures."""

from __future__ import annotations

import numpy as np
import pytest
from sandboxes import sandbox

from autograder.sandbox import (
    CallFailed,
    Cell,
    Crashed,
    Limits,
    NotImplementedByStudent,
    Sandbox,
    StudentRaised,
    WarmProcess,
)
from autograder.sandbox.host import answer_parser
from autograder.sandbox.host.channel import ProtocolError
from autograder.sandbox.host.records import Progress
from autograder.sandbox.protocol import accompanying_files
from autograder.sandbox.protocol.arrays import shown_dtype

QUICK = Limits(call_seconds=0.5, memory_mb=150)


def message(student: Sandbox, name: str) -> str:
    with pytest.raises(CallFailed) as caught:
        student.call(name)
    return caught.value.message


def with_files(warm_process: WarmProcess, files: dict[str, bytes], *cells: str) -> Sandbox:
    numbered = [Cell(f"cell {number}", text) for number, text in enumerate(cells, 1)]
    return Sandbox(warm_process.address, numbered, files=files)


@pytest.mark.parametrize("end", ["while True: pass", "import os; os._exit(3)", "os.abort()"])
def test_a_statement_that_ends_the_process_costs_itself(
    warm_process: WarmProcess, end: str
) -> None:
    cell = f"import os\na = 1\n{end}\nb = 2\ndef f(): return a, b"
    with sandbox(warm_process, cell, "def g(): return f()", limits=QUICK) as student:
        assert student.call("g").value == (1, 2)
        (report, other) = student.reports
        assert report.outcome in ("timeout", "crashed")
        assert [problem.line for problem in report.problems] == [3]
        assert report.error.startswith("line 3 of cell 1 ")
        assert other.outcome == "ok"
        assert student.observed().restarts == 1
        assert student.observed().notes == (
            "line 3 of cell 1 is left out when the process is started again.",
        )


def test_what_is_left_out_stays_so_when_the_process_is_started_again(
    warm_process: WarmProcess,
) -> None:
    cell = "import os\nprint('once')\nos._exit(1)\ndef die(): os._exit(2)\ndef f(): return 1"
    with sandbox(warm_process, cell) as student:
        with pytest.raises(Crashed):
            student.call("die")
        assert student.call("f").value == 1
        assert student.observed().restarts == 2
        assert student.observed().output.count("once") == 1


def test_a_cell_that_ends_its_process_again_and_again_loses_its_rest(
    warm_process: WarmProcess,
) -> None:
    cell = "import os\nfirst = 1\n" + "os._exit(1)\n" * 30 + "last = 1"
    with sandbox(warm_process, cell, "def f(): return first, 'last' in globals()") as student:
        assert student.call("f").value == (1, False)
        assert student.observed().restarts == 4
        assert "The rest of cell 1" in student.observed().notes[-1]


def test_many_errors_of_a_cell_are_one_sentence(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "undefined\n" * 200 + "def f(): return 1") as student:
        (report,) = student.reports
        assert report.error.count("NameError") == 3
        assert report.error.endswith("; and 197 more")
        assert student.call("f").value == 1


def test_a_submission_of_very_many_statements_is_run_in_few_steps(
    warm_process: WarmProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.sandbox.sandbox.MAX_STEPS", 5)
    source = "n = 0\n" + "n = n + 1\n" * 300 + "def f(): return n"
    with sandbox(warm_process, source) as student:
        assert student.call("f").value == 300
        assert student._number < 12


def test_a_function_keeps_the_meaning_of_its_names(warm_process: WarmProcess) -> None:
    cells = [
        Cell("cell 1", "def helper(x): return x\ndef f(x): return helper(sum(x))", ("f",)),
        Cell("cell 2", "sum = 3"),
        Cell("cell 3", "def f(x): return -1"),
    ]
    with Sandbox(warm_process.address, cells) as student:
        assert student.call("f", [[1, 2]]).value == 3
        replaced = student.call("f", [[1, 2]], replaced={"helper": lambda x: x + 100})
        assert replaced.value == 103
        observed = student.observed()
    assert observed.notes == (
        "cell 2 gives the name sum another meaning; f is graded as it stood after cell 1.",
    )
    assert observed.attention == (
        "cell 3 gives f another meaning; it is graded as it stood after cell 1.",
    )


def test_a_model_keeps_the_meaning_of_its_names(warm_process: WarmProcess) -> None:
    model = """
scale = 2.0
class Model:
    def get_weights(self): return [np.ones(1) * scale]
def build(): return Model()
"""
    cells = [Cell("cell 1", "import numpy as np"), Cell("cell 2", model, ("build",))]
    with Sandbox(warm_process.address, [*cells, Cell("cell 3", "scale = None")]) as student:
        made = student.call("build").value
        assert student.ask(made, "get_weights").value[0].tolist() == [2]


def test_a_hostile_module_beside_the_work_costs_the_line_that_imports_it(
    warm_process: WarmProcess,
) -> None:
    files = {"endless.py": b"while True: pass\n", "ends.py": b"import os\nos._exit(1)\n"}
    cell = "import endless\nimport ends\ndef f(): return 1"
    numbered = [Cell("cell 1", cell)]
    with Sandbox(warm_process.address, numbered, QUICK, files=files) as student:
        assert student.call("f").value == 1
        assert [problem.line for problem in student.reports[0].problems] == [0, 2]


def test_a_missing_function_is_told_with_the_error_of_its_cell(warm_process: WarmProcess) -> None:
    cell = "def g(): return 1\n\ndef f(x):\n    return (x\n"
    with sandbox(warm_process, cell) as student:
        assert message(student, "f") == (
            "There is no function called f: cell 1 ended with SyntaxError: "
            "'(' was never closed (line 4)."
        )
        assert message(student, "other") == "There is no function called other."
        assert student.call("g").value == 1


def test_a_missing_function_is_told_with_the_time_that_its_cell_took(
    warm_process: WarmProcess,
) -> None:
    cell = "a = 1\nf = [None for _ in iter(int, 1)]"
    with sandbox(warm_process, cell, limits=QUICK) as student:
        assert message(student, "f").startswith("There is no function called f: line 2 of cell 1 ")


@pytest.mark.parametrize(
    ("first", "body", "where"),
    [
        ("import no_such_library as nsl", "return nsl.x", "(cell 1, line 1)"),
        ("from no_such_library import nsl, other", "return nsl", "(cell 1, line 1)"),
        ("", "import no_such_library", "(line 2)"),
    ],
)
def test_a_missing_library_is_named_with_what_it_costs(
    warm_process: WarmProcess, first: str, body: str, where: str
) -> None:
    with sandbox(warm_process, first, f"def f():\n    {body}") as student:
        assert message(student, "f") == (
            f"no_such_library is not installed where your work is graded, and f needs it {where}; "
            "if it is a file of your own, hand it in too."
        )


def test_a_helper_that_failed_is_named_beside_the_name_error(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, "helper = 1 / 0", "def f(): return helper") as student:
        assert message(student, "f") == (
            "f raised NameError: name 'helper' is not defined (line 1); "
            "cell 1 ended with ZeroDivisionError: division by zero (line 1)"
        )


def test_an_error_of_a_library_is_no_stub(warm_process: WarmProcess) -> None:
    cell = """
    from concurrent.futures import Executor
    def stub(): raise NotImplementedError("not yet")
    def calls_a_stub(): return stub()
    def library(): return Executor().submit(None)
    """
    with sandbox(warm_process, cell) as student:
        for name in ("stub", "calls_a_stub"):
            with pytest.raises(NotImplementedByStudent):
                student.call(name)
        with pytest.raises(StudentRaised) as caught:
            student.call("library")
    assert caught.value.type_names[0] == "NotImplementedError"


def test_accompanying_files_are_in_the_working_folder(warm_process: WarmProcess) -> None:
    files = {
        "my_utils.py": b"def double(x): return 2 * x\n",
        "package/__init__.py": b"from package.inner import three\n",
        "package/inner.py": b"three = 3\n",
        "data/numbers.csv": b"1,2\n",
    }
    cell = (
        "import my_utils, os\nfrom package import three\n"
        "def f(): return my_utils.double(three), open('data/numbers.csv').read()\n"
        "def die(): os._exit(1)"
    )
    with with_files(warm_process, files, cell) as student:
        with pytest.raises(Crashed):
            student.call("die")
        assert student.call("f").value == (6, "1,2\n")
        assert student.observed().attention == ()


def test_a_file_that_is_called_as_a_library_does_not_stand_for_it(
    warm_process: WarmProcess,
) -> None:
    files = {"colorsys.py": b"mark = 1\n", "numpy.py": b"mark = 1\n", "random.py": b"mark = 1\n"}
    cell = (
        "import colorsys, numpy, random\n"
        "def f(): return [hasattr(m, 'mark') for m in (colorsys, numpy, random)]"
    )
    with with_files(warm_process, files, cell) as student:
        assert student.call("f").value == [False, False, False]


def test_a_module_that_a_cell_writes_can_be_imported(warm_process: WarmProcess) -> None:
    cells = ("%%writefile written.py\ndef f(): return 1\n", "from written import f")
    with sandbox(warm_process, *cells) as student:
        assert student.call("f").value == 1


@pytest.mark.parametrize(
    "name",
    [
        "../up.py", "/etc/passwd", "a/../../b", "", ".", "a//b", "a/./b", ".hidden", "a/.hidden/b",
        "a\x00b", "a\nb", "a\\b", "\ud800.py", "n" * 300, "/".join("abcdefghijk"), " a", "a/ /b",
        "\u202eyp.a",
    ],
)  # fmt: skip
def test_a_file_whose_name_leads_elsewhere_is_not_used(name: str) -> None:
    kept, refused = accompanying_files.admitted({name: b"", "fine.py": b""}, 1000)
    assert list(kept) == ["fine.py"]
    assert len(refused) == 1
    assert "was not used" in refused[0]


def test_files_are_bounded_in_number_and_size() -> None:
    kept, refused = accompanying_files.admitted({f"{n}.txt": b"x" for n in range(10_000)}, 1 << 20)
    assert len(kept) == accompanying_files.MOST_FILES
    assert len(refused) == accompanying_files.MOST_REPORTED + 1
    kept, refused = accompanying_files.admitted({"large": b"x" * 2000, "small": b"x"}, 1000)
    assert list(kept) == ["small"]
    assert "too large" in refused[0]


def answer(**changed: object) -> dict[str, object]:
    sound = {
        "id": 7, "outcome": "ran", "next": 3, "of": 9, "line": 4, "names": [], "troubles": [],
        "more": 0, "rebound": [],
    }  # fmt: skip
    return {**sound, **changed}


TROUBLE = {"statement": 2, "names": [], "types": ["E"], "text": "t", "line": 1, "traceback": ""}


@pytest.mark.parametrize(
    "changed",
    [
        {"id": 8}, {"outcome": "ok"}, {"next": 1}, {"next": 10}, {"next": 2.0}, {"next": True},
        {"of": 8}, {"of": 10**9}, {"line": -1}, {"line": "4"}, {"names": ["x" * 300]},
        {"names": ["x"] * 51}, {"names": [3]}, {"names": ("x",)}, {"troubles": [TROUBLE] * 51},
        {"troubles": [{**TROUBLE, "statement": 5}]}, {"troubles": [{**TROUBLE, "statement": 0}]},
        {"troubles": [{**TROUBLE, "text": 3}]}, {"troubles": [{**TROUBLE, "more": 3}]},
        {"troubles": [3]}, {"more": -1}, {"rebound": [("a", "b")]}, {"rebound": [["a", "b", "c"]]},
        {"rebound": [("a", "b", 3)]}, {"surplus": 1}, {"next": 2},
    ],
)  # fmt: skip
def test_an_answer_that_lies_about_how_far_it_came_is_a_violation(
    changed: dict[str, object],
) -> None:
    before = Progress(2, 9)
    assert answer_parser.progress(answer(), 7, before, to_the_end=False).next == 3
    assert answer_parser.progress(answer(troubles=[TROUBLE]), 7, before, to_the_end=False).problems
    with pytest.raises(ProtocolError):
        answer_parser.progress(answer(**changed), 7, before, to_the_end=False)


def test_a_cell_that_was_to_run_to_its_end_has_to() -> None:
    with pytest.raises(ProtocolError):
        answer_parser.progress(answer(), 7, Progress(2, 9), to_the_end=True)


def test_speaking_while_a_cell_runs_costs_that_statement(warm_process: WarmProcess) -> None:
    cell = """
    import os
    for descriptor in range(3, 32):
        try: os.write(descriptor, b"garbage" * 20)
        except OSError: pass
    def f(): return 1
    """
    with sandbox(warm_process, cell) as student:
        assert student.reports[0].outcome == "violation"
        assert student.call("f").value == 1
        assert len(student.observed().violations) == 1


def test_uncommon_dtypes_cross_with_their_name(warm_process: WarmProcess) -> None:
    pytest.importorskip("ml_dtypes")
    cell = """
    import ml_dtypes, numpy as np
    def f(name): return np.array([1.5, -2.0, np.inf]).astype(getattr(ml_dtypes, name))
    def scalar(): return ml_dtypes.bfloat16(0.5)
    def long(): return np.longdouble("1.5"), np.array([1.5], np.longdouble)
    """
    with sandbox(warm_process, cell) as student:
        for name in ("bfloat16", "float8_e5m2"):
            value = student.call("f", [name]).value
            assert (shown_dtype(value), value.dtype) == (name, np.dtype(np.float32))
            np.testing.assert_array_equal(value, np.array([1.5, -2.0, np.inf], np.float32))
        scalar = student.call("scalar").value
        assert (shown_dtype(scalar), float(scalar)) == ("bfloat16", 0.5)
        assert [float(np.squeeze(each)) for each in student.call("long").value] == [1.5, 1.5]


def test_arrays_in_other_clothes_cross(warm_process: WarmProcess) -> None:
    cell = """
    import numpy as np
    class Tensor:
        def __init__(self, tracked): self.tracked = tracked
        def __array__(self, dtype=None, copy=None):
            if self.tracked: raise RuntimeError("call detach() first")
            return np.ones(2)
        def detach(self): return Tensor(False)
        def cpu(self): return self
    def f(tracked): return Tensor(tracked)
    def matrix(): return np.matrix([[1, 2]])
    """
    with sandbox(warm_process, cell) as student:
        for tracked in (False, True):
            np.testing.assert_array_equal(student.call("f", [tracked]).value, np.ones(2))
        assert type(student.call("matrix").value) is np.ndarray
