"""Cells run statement by statement, and functions as they stood: in this process, no sandbox."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from convgrade.execution.ipython_shell import LineKeeper
from convgrade.execution.session import Session, Trouble
from convgrade.execution.settled import Rebinding
from convgrade.execution.shell import prepare_shell
from convgrade.execution.statements import statements
from convgrade.execution.tracebacks import error_fields, is_raised_by_student


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shell = prepare_shell()
    shell.reset(new_session=False)
    yield Session(shell)
    shell.reset(new_session=False)


def said(troubles: list[Trouble]) -> list[tuple[int, str]]:
    return [(trouble.line, error_fields(trouble.error)["types"][0]) for trouble in troubles]


def ran(session: Session, source: str, label: str = "cell 1") -> list[tuple[int, str]]:
    return said(session.run(dedent(source), label))


def test_a_statement_that_raises_costs_itself_only(session: Session) -> None:
    assert ran(session, "a = 1\nb = undefined\nc = 1 / 0\nd = a + 1") == [
        (2, "NameError"),
        (3, "ZeroDivisionError"),
    ]
    assert session.namespace["d"] == 2


@pytest.mark.parametrize(
    "definition",
    [
        "@njit\ndef f(x):",
        "@numba.jit(nopython=True)\ndef f(x):",
        "def f(x: torch.Tensor) -> NDArray:",
        "@beartype\ndef f(x: Union[int, float], *rest: Tensor, y: Tensor = 2):",
    ],
)
def test_a_function_does_without_a_decorator_or_type_that_is_missing(session, definition):
    (trouble,) = session.run(f"{definition}\n    return x + 1", "cell 1")
    assert session.namespace["f"](1) == 2
    assert "f was defined without it" in str(trouble.error)
    assert trouble.names == ()


def test_a_decorator_that_is_there_stays_and_one_that_fails_costs_the_function(session):
    source = "def twice(g):\n    return lambda x: 2 * g(x)\n@twice\n@njit\ndef f(x):\n    return x"
    session.run(source, "cell 1")
    assert session.namespace["f"](3) == 6
    (trouble,) = session.run("def bad(g):\n    return nothing\n@bad\ndef h(x): ...", "cell 2")
    assert trouble.names == ("h",)
    assert "h" not in session.namespace


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("import google.colab", "ModuleNotFoundError"),
        ("from google.colab import drive", "ModuleNotFoundError"),
        ("drive.mount('/content/drive')", "NameError"),
        ("%tensorflow_version 2.x", "UsageError"),
        ("%load_ext no_such_extension", "ModuleNotFoundError"),
        ("import os; os.chdir('/content/no/such')", "FileNotFoundError"),
        ("assert [], 'this needs a GPU'", "AssertionError"),
        ("gpus = []; gpus[0]", "IndexError"),
        ("raise SystemExit", "SystemExit"),
        ("return 3", "SyntaxError"),
        ("print 'hello'", "SyntaxError"),
        ("x\u00a0= 3", "SyntaxError"),
        ("x = \u201cword\u201d", "SyntaxError"),
        ("    y = 3", "IndentationError"),
        ("<<<<<<< HEAD", "SyntaxError"),
        ("x = 'no end", "SyntaxError"),
        ("x = )", "SyntaxError"),
        ("$ pip install numpy", "SyntaxError"),
    ],
)
def test_a_line_that_works_only_elsewhere_costs_that_line(
    session: Session, line: str, error: str
) -> None:
    found = ran(session, f"before = 1\n{line}\ndef after(): return before")
    assert found == [(2, error)]
    assert session.namespace["after"]() == 1


@pytest.mark.parametrize(
    "source",
    [
        "%%time\nx = 1",
        "\n\n%%capture out\nx = 1",
        "files = !true\nx = 1",
        "!true \\\n  -n\nx = 1",
        "import math\nmath.pi?\nx = 1",
        "import asyncio\nawait asyncio.sleep(0)\nx = 1",
        "get_ipython().run_line_magic('matplotlib', 'agg')\nx = 1",
        "text = '''\n%d cells\n!no command\n'''\nx = len(text.splitlines()) // 3",
        "if __name__ == '__main__':\n    x = 1",
        "from __future__ import annotations\nx = 1",
        "x = (3\n% 2)",
        ">>> x = 1",
        "x = 1;",
    ],
)
def test_what_jupyter_runs_runs(session: Session, source: str) -> None:
    assert ran(session, source) == []
    assert session.namespace["x"] == 1


def test_lines_keep_their_numbers_after_a_command_that_goes_on(session: Session) -> None:
    assert ran(session, "\n\n!true \\\n  -n\n\nx = undefined") == [(6, "NameError")]


def test_an_import_of_several_names_brings_those_that_there_are(session: Session) -> None:
    (trouble,) = session.run("from math import pi, no_such, e\nimport no_such, json", "cell 1")[:1]
    assert trouble.names == ("no_such",)
    assert {"pi", "e", "json"} <= session.namespace.keys()


@pytest.mark.parametrize(
    "broken",
    [
        "def bad(x):\n    return (x +",
        "def bad(x):\n    return [x",
        "def bad(x):\nx = 3",
        "def bad(x):\n    y = 1\n      return y",
        "def bad(x):\n    y = 1\n\treturn y",
        "def bad(x):\n    print 'x'\n    return x",
        "def bad(x):\n    y = 1\n<<<<<<< HEAD\n    return 2\n=======\n    return 3\n>>>>>>> theirs",
        "def bad(x):\n    return '''x",
        "def bad(x):\n    return x\u00a0+ 1",
        "def bad(x) return x",
    ],
)
def test_a_function_with_a_mistake_costs_itself_and_no_other(session: Session, broken: str) -> None:
    source = f"def good(): return 1\n\n{broken}\n\ndef later(): return good() + 1\n"
    troubles = session.run(source, "cell 1")
    assert any("bad" in trouble.names for trouble in troubles)
    assert all(isinstance(trouble.error, SyntaxError) for trouble in troubles)
    assert session.namespace["later"]() == 2
    assert "bad" not in session.namespace


def test_what_is_wrong_is_told_as_what_it_is(session: Session) -> None:
    def text(source: str) -> str:
        return str(error_fields(session.run(source, "cell 1")[0].error)["text"])

    assert text("def f(x):\n    return (x\n\ndef g(): pass") == "'(' was never closed"
    assert "merge conflict" in text("<<<<<<< HEAD\nx = 1\n")
    assert "tabs and spaces" in text("def f():\n    a = 1\n\treturn a\n")


def test_many_mistakes_cost_no_more_than_their_own_length(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is parsed of a text of four times the length is four times as long, not sixteen."""
    parsed = 0

    def counting_compile(text: str, *arguments: Any, **options: Any) -> Any:
        nonlocal parsed
        parsed += len(text)
        return compile(text, *arguments, **options)

    def effort(count: int) -> int:
        nonlocal parsed
        parsed = 0
        found = statements(session.shell, "print 'x'\ny = 1\n" * count, "<cell 1>")
        assert len(found) == 2 * count
        return parsed

    monkeypatch.setattr("convgrade.execution.statements.compile", counting_compile, raising=False)
    assert 0 < effort(1600) < 5 * effort(400)


def test_the_line_in_a_message_is_the_line_of_the_cell(session: Session) -> None:
    source = "x = 1\n\ny = (\n  2]\n\nz = 3\n\nif z:\nw = 4\n"
    errors = [trouble.error for trouble in session.run(source, "cell 1")]
    assert [(error.lineno, error.msg) for error in errors if isinstance(error, SyntaxError)] == [
        (4, "closing parenthesis ']' does not match opening parenthesis '(' on line 3"),
        (9, "expected an indented block after 'if' statement on line 8"),
    ]


def test_an_error_of_a_library_is_not_one_of_the_students(session: Session) -> None:
    source = """
    from concurrent.futures import Executor
    def mine(): raise NotImplementedError
    mine()
    Executor().submit(mine)
    """
    mine, theirs = session.run(dedent(source), "cell 1")
    assert is_raised_by_student(mine.error)
    assert not is_raised_by_student(theirs.error)


def called(session: Session, name: str, *args: object) -> object:
    with session.as_it_stood(name) as function:
        assert function is not None
        return function(*args)


EXERCISE = """
def helper(x): return x + 1
def f(values): return helper(sum(values))
"""


@pytest.mark.parametrize(
    "later",
    [
        "sum = 3",
        "list = [1]\nsum = list",
        "def helper(x): return x",
        "del helper",
        "helper = None",
        "def f(values): return 0",
        "f = f([1])",
        "def sum(values): return 0",
        "from math import exp as helper",
        "for sum in range(3): pass",
    ],
)
def test_a_settled_function_is_as_it_stood(session: Session, later: str) -> None:
    session.run(EXERCISE, "cell 1", ("f",))
    ran(session, later, "cell 2")
    before = dict(session.namespace)
    assert called(session, "f", [1, 2]) == 4
    assert session.namespace == before


@pytest.mark.parametrize(
    "definition",
    [
        "f = lambda values: helper(sum(values))",
        "import functools\nf = functools.partial(lambda values: helper(sum(values)))",
        "import functools\n@functools.lru_cache\ndef f(values): return helper(sum(values))",
        "class Made:\n    def __call__(self, values): return helper(sum(values))\nf = Made()",
        "class Made:\n    def go(self, values): return helper(sum(values))\nf = Made().go",
        "def f(values):\n    return [helper(total) for total in [sum(values)]][0]",
        "def f(values):\n    def inner(): return helper(sum(values))\n    return inner()",
        "T = {'f': lambda values: helper(sum(values))}\ndef f(values): return T['f'](values)",
    ],
)
def test_functions_of_every_kind_are_settled(session: Session, definition: str) -> None:
    session.run(f"def helper(x): return x + 1\n{definition}", "cell 1", ("f",))
    session.run("sum = 3\ndef helper(x): return 0", "cell 2")
    assert called(session, "f", (1, 2)) == 4


def test_a_helper_that_is_defined_later_is_today_s(session: Session) -> None:
    session.run("def f(): return late()", "cell 1", ("f",))
    session.run("def late(): return 1", "cell 2")
    session.run("def late(): return 2", "cell 3")
    assert called(session, "f") == 2


def test_a_name_that_the_function_stores_is_left_alone(session: Session) -> None:
    session.run(
        "count = 0\ndef f():\n    global count\n    count += 1\n    return count", "cell 1", ("f",)
    )
    session.run("count = 10", "cell 2")
    assert [called(session, "f"), called(session, "f")] == [11, 12]


@pytest.mark.parametrize("imports", ["", "    import math, os.path\n    from re import match\n"])
def test_a_stub_is_not_settled(session: Session, imports: str) -> None:
    stub = f'def f(x):\n    """Double."""\n{imports}    raise NotImplementedError()'
    session.run(stub, "cell 1", ("f",))
    session.run("def f(x): return 2 * x", "cell 2")
    assert called(session, "f", 2) == 4


def test_without_settling_the_last_function_counts(session: Session) -> None:
    session.run("def f(): return 1\ndef f(): return 2\nf = f()\nrange = 3", "the module")
    session.run("def g(): return f() + len(range(2))", "the module")
    assert called(session, "f") == 2


def test_a_cell_that_gives_a_name_another_meaning_is_told(session: Session) -> None:
    session.run(EXERCISE, "cell 1", ("f",))
    session.run("unrelated = 1", "cell 2")
    session.run(EXERCISE, "cell 3")
    session.run("sum = 3", "cell 4")
    session.run("def f(values): return 0", "cell 5")
    assert session.rebindings == [
        Rebinding("f", "sum", "cell 4", "cell 1"),
        Rebinding("f", "f", "cell 5", "cell 1"),
    ]


COMMANDS = (
    "%magic one two", "%%time", "!ls", "!!ls", "?name", "name?", "name.part??", "%magic?",
    "value = %magic", "a, b = !ls", "value =! ls", "a = \\\n    %magic", ",call a b", ";call a b",
    "/call a b", "%magic \\\n  more", "name ?  ",
)  # fmt: skip
NO_COMMANDS = (
    "a = 7 % 3", "a = (7\n%3)", "b = a != 1", "text = 'why? !ls'", "f(a, b); g(a)", "a = b / c",
    "text = '''\n%magic\n!ls\nname?\n'''", "x: int = 1", "# what?", "d = {1: '%d' % 1}", "(1",
    "a = '",
)  # fmt: skip


@pytest.mark.parametrize("text", COMMANDS + NO_COMMANDS)
@pytest.mark.parametrize(
    "around", ["{}", "a = 1\n{}\nb = 2", "if True:\n    pass\n    {}", "a = 1; b = 2\n\n{}\n"]
)
def test_a_cell_is_transformed_as_by_tokens(text: str, around: str) -> None:
    class ByTokens(LineKeeper):
        do_token_transforms = TransformerManager.do_token_transforms

    cell = around.format(text)
    assert LineKeeper().transform_cell(cell) == ByTokens().transform_cell(cell)


def test_an_own_transformer_of_a_notebook_sees_each_cell() -> None:
    class Own:
        priority = 1

        @classmethod
        def find(cls, tokens_by_line: object) -> None:
            seen.append(tokens_by_line)

    seen: list[object] = []
    keeper = LineKeeper()
    keeper.token_transformers.append(Own)
    keeper.transform_cell("a = 1")
    assert seen
