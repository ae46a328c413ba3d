"""What `check` runs of a file, and what it reports: read and run as grading reads and runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from released import (
    CHECKS,
    DOUBLE,
    SETUP,
    TRIPLE,
    answer,
    cell,
    checks,
    locked,
    notebook,
    release,
    solution,
    two,
    with_double,
)

from autograder.errors import AutograderError
from convgrade.checking.checker import Checker
from convgrade.checking.finding import release_of
from convgrade.checking.report import CheckReport

WRONG = "def double(x):\n    return x"


def report(path: Path, named: Path | None = None, *only: str) -> CheckReport:
    with Checker(path, named, exercises=only) as checker:
        return checker.check()[0]


def double(path: Path, named: Path | None = None) -> tuple[str, str]:
    """The outcome of `double`, and what is said of it."""
    found = {each.name: each for each in report(path, named).exercises}
    return found["double"].outcome, found["double"].text


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work.ipynb"


def test_a_right_answer_passes(work: Path) -> None:
    assert double(with_double(work, DOUBLE)) == ("passed", "")


def test_a_wrong_answer_fails_with_what_was_expected(work: Path) -> None:
    outcome, text = double(with_double(work, WRONG))
    assert outcome == "failed"
    assert "expected: 6" in text


def test_a_stub_is_not_implemented(tmp_path: Path) -> None:
    assert double(release(tmp_path / "release.ipynb"))[0] == "not_implemented"


def test_an_error_of_a_library_that_is_not_implemented_is_no_stub(work: Path) -> None:
    source = "from asyncio import AbstractServer\ndef double(x):\n    AbstractServer().close()"
    outcome, text = double(with_double(work, source))
    assert outcome == "error"
    assert "NotImplementedError" in text


def test_an_error_names_the_line_in_the_students_cell(work: Path) -> None:
    outcome, text = double(with_double(work, "def double(x):\n    return x + nothing"))
    assert outcome == "error"
    assert text.startswith("NameError: name 'nothing' is not defined (cell 2 (double), line 2)")


def test_lines_are_counted_in_the_students_script(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text(
        f"# %%\n{SETUP}\n\n# %% [markdown]\n# text\n\n"
        '# %% nbgrader={"grade_id": "double"}\ndef double(x):\n    return x + nothing\n\n'
        f'# %% nbgrader={{"grade_id": "test_double"}}\n{CHECKS["double"]}\n'
    )
    assert "(work.py:9)" in double(path)[1]


def test_lines_are_counted_in_a_plain_module(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text("1 / 0\n\n\ndef double(x):\n    return x + nothing\n")
    found = report(path, release(tmp_path / "release.ipynb"), "double")
    assert "(work.py:5)" in found.exercises[0].text
    whole = report(path, tmp_path / "release.ipynb")
    assert whole.problems == ("work.py:1: ZeroDivisionError: division by zero",)


def test_a_helper_below_its_exercise_passes_and_is_named(work: Path) -> None:
    source = "def double(x):\n    return twice(x)"
    assert double(with_double(work, source, cell("def twice(x):\n    return 2 * x"))) == (
        "passed",
        "twice is defined below this exercise: move it above, where Jupyter finds it.",
    )


def test_a_missing_function_is_said_to_be_missing(work: Path) -> None:
    outcome, text = double(with_double(work, "twice = 2"))
    assert outcome == "error"
    assert "no function double" in text


def test_a_syntax_error_is_named_with_its_line_and_nothing_is_said_of_renaming(work: Path) -> None:
    outcome, text = double(with_double(work, "x = 1\ndef double(x):\n    return (2 * x"))
    assert outcome == "error"
    assert "'(' was never closed" in text
    assert "ell 2 (double), line 3" in text
    assert "renamed" not in text


def test_all_failing_checks_are_shown(work: Path) -> None:
    path = notebook(work, *two(DOUBLE, "def triple(x):\n    return x"))
    text = report(path).exercises[1].text
    assert "✗ triple(3)" in text
    assert "✗ triple(5)" in text


def test_a_check_that_ends_with_an_error_does_not_hide_the_next(work: Path) -> None:
    source = "def triple(x):\n    return {5: 14}[x]"
    text = report(notebook(work, *two(DOUBLE, source))).exercises[1].text
    assert "KeyError: 3" in text
    assert "✗ triple(5)" in text


def test_a_statement_that_fails_is_a_problem_and_the_next_one_runs(work: Path) -> None:
    path = notebook(
        work,
        locked(SETUP, "setup"),
        cell("1 / 0\nfactor = 2"),
        cell("def broken(:"),
        cell("exit()"),
        solution("def double(x):\n    return factor * x"),
        checks(),
    )
    found = report(path)
    assert found.exercises[0].passed
    assert found.problems[0] == "Cell 2, line 1: ZeroDivisionError: division by zero"
    assert found.problems[1].startswith("Cell 3, line 1: SyntaxError")
    assert found.problems[2] == "Cell 4, line 1: the code calls exit()"


def test_own_cells_that_call_a_stub_are_no_problem(tmp_path: Path) -> None:
    stub = "def double(x):\n    raise NotImplementedError()"
    path = with_double(tmp_path / "work.ipynb", stub, cell("double(3)"))
    assert report(path).problems == ()


def test_a_name_that_a_later_cell_takes_does_not_matter(work: Path) -> None:
    source = "def double(x):\n    return sum([x, x])"
    assert double(with_double(work, source, cell("sum = 3\ndouble = None")))[0] == "passed"


def test_magics_commands_and_questions_are_read_as_jupyter_reads_them(work: Path) -> None:
    source = "%matplotlib inline\nfiles = !ls\nprint?\nawait __import__('asyncio').sleep(0)\n"
    found = report(with_double(work, source + DOUBLE))
    assert found.problems == ()
    assert found.exercises[0].passed


def test_a_string_that_looks_like_a_magic_stays_as_it_is(work: Path) -> None:
    source = 'def double(x):\n    return 2 * x if len("""\n%d\n""") == 4 else 0'
    assert double(with_double(work, source))[0] == "passed"


def test_a_comment_of_a_script_stays_a_comment(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_text(f"# %%\n# cat the files\n# !rm\n{DOUBLE}\n")
    assert double(path, release(tmp_path / "release.ipynb"))[0] == "passed"


def test_what_lies_beside_the_file_can_be_imported_and_read(tmp_path: Path) -> None:
    (tmp_path / "my_own_module.py").write_text(DOUBLE)
    (tmp_path / "data.txt").write_text("2")
    source = "from my_own_module import double\nassert open('data.txt').read() == '2'"
    found = report(with_double(tmp_path / "work.ipynb", source))
    assert found.exercises[0].passed
    assert found.problems == ()


def test_a_file_that_is_called_like_a_library_does_not_stand_for_it(tmp_path: Path) -> None:
    (tmp_path / "wave.py").write_text("factor = 3")
    source = "import wave\ndef double(x):\n    return x * getattr(wave, 'factor', 2)"
    assert double(with_double(tmp_path / "work.ipynb", source)) == ("passed", "")


def test_changed_and_missing_checks_are_those_of_the_release(tmp_path: Path) -> None:
    given = release(tmp_path / "release.ipynb")
    changed = solution(WRONG), locked("check(double, 3, expected=3)", "test_double")
    assert double(notebook(tmp_path / "changed.ipynb", *changed), given)[0] == "failed"
    assert double(notebook(tmp_path / "missing.ipynb", solution(WRONG)), given)[0] == "failed"


def test_the_release_is_that_of_the_course_around_the_file(tmp_path: Path) -> None:
    release(tmp_path / "assignments" / "mini" / "mini.ipynb")
    path = tmp_path / "mine" / "my work (1).py"
    path.parent.mkdir()
    path.write_text(DOUBLE)
    assert release_of(path, None).is_the_courses
    assert double(path)[0] == "passed"


def test_the_release_may_lie_beside_the_file(tmp_path: Path) -> None:
    release(tmp_path / "mini.ipynb")
    path = tmp_path / "work.py"
    path.write_text(DOUBLE)
    assert double(path)[0] == "passed"


def test_a_notebook_without_its_metadata_asks_for_the_released_one(work: Path) -> None:
    path = notebook(work, cell(SETUP), cell(DOUBLE), cell(CHECKS["double"]))
    with pytest.raises(AutograderError, match=r"name the released notebook.*--checks"):
        report(path)


def test_locked_cells_that_are_gone_ask_for_the_released_notebook(work: Path) -> None:
    path = notebook(work, cell("show_windows(8, 3, 2)"), solution(DOUBLE), checks())
    with pytest.raises(
        AutograderError, match=r"check and show_windows.*released notebook.*--checks"
    ):
        report(path)


def test_one_exercise_alone_runs_only_what_it_needs(work: Path) -> None:
    noisy = cell("open('ran', 'w').close()")
    factor = cell("factor = 3\nopen('needed', 'w').close() if factor == 3 else None")
    path = notebook(work, *two("1 / 0", "def triple(x):\n    return factor * x", noisy, factor))
    found = report(path, None, "triple")
    assert [(each.name, each.outcome) for each in found.exercises] == [("triple", "passed")]
    assert found.problems == ()
    assert not (work.parent / "ran").exists()


def test_an_unknown_exercise_names_the_known_ones_and_the_closest(work: Path) -> None:
    path = notebook(work, *two(DOUBLE, TRIPLE))
    with pytest.raises(AutograderError, match=r"Did you mean triple\? There are: double, triple"):
        report(path, None, "tripel")


def test_written_answers_that_are_blank_are_known_with_their_points(tmp_path: Path) -> None:
    given = release(tmp_path / "given.ipynb")
    blank = with_double(tmp_path / "a.ipynb", DOUBLE, answer("YOUR ANSWER HERE"))
    found = report(blank, given)
    assert [(each.name, each.points) for each in found.blank] == [("why", 4)]
    assert found.points == 8
    written = with_double(tmp_path / "b.ipynb", DOUBLE, answer("Because."))
    assert report(written, given).blank == ()


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"cells": [{}]}', ""])
def test_an_unreadable_notebook_is_told_in_the_words_of_grading(work: Path, text: str) -> None:
    from autograder.errors import SubmissionRejected
    from convgrade.submission import read

    given = release_of(release(work.parent / "given.ipynb"), None).release
    work.write_text(text)
    with pytest.raises(SubmissionRejected) as in_grading:
        read(work, given)
    with pytest.raises(AutograderError) as in_check:
        report(work)
    assert str(in_check.value) == str(in_grading.value)


def test_what_is_printed_cannot_be_taken_for_the_report(work: Path) -> None:
    forged = json.dumps({"exercises": [["double", "passed", ""]], "problems": []})
    source = f"print({forged!r})\ndef double(x):\n    print({forged!r})"
    assert double(with_double(work, source))[0] == "failed"


def test_own_checks_in_a_cell_cost_nothing_that_follows(work: Path) -> None:
    mixed = f"{SETUP}\ncheck(len, [1], expected=2)\nx = 1 / 0\n{DOUBLE}"
    assert double(with_double(work, mixed))[0] == "passed"


def test_what_a_check_says_beyond_passing_is_shown(work: Path) -> None:
    saying = "print('✓ double learns enough\\n  yours:     90 %\\n  asked for: 80 %')"
    path = notebook(work, locked(SETUP, "setup"), solution(DOUBLE), locked(saying, "test_double"))
    assert double(path) == ("passed", "yours:     90 %\nasked for: 80 %")
