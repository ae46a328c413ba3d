"""Keys of questions are right, and code that acts differently when it is watched gets none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from computed_again import Trusted, given_key
from sandboxes import available

from autograder.counterexamples import load
from autograder.course.assignment import Assignment, load_assignment
from autograder.questions.drawn_calls import draw_calls
from autograder.questions.preparing import Askable, Preparing
from autograder.questions.question import KINDS, Question
from convgrade.submission import Submission, read

ROOT = Path(__file__).parents[2]
NAME = "pooling_padding"
SEED = bytes(range(32))


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load_assignment(NAME, ROOT)


@pytest.fixture(scope="module")
def preparing(assignment: Assignment) -> Iterator[Preparing]:
    with Preparing(assignment, available()) as found:
        yield found


@pytest.fixture(scope="module")
def of_solution(preparing: Preparing, assignment: Assignment) -> list[Question]:
    """All questions on three functions of the course's solution."""
    submission = read(assignment.solution_module, assignment.release)
    assert isinstance(submission, Submission)
    found = preparing.askable(submission, ("output_size", "avg_pool2d", "conv2d"), SEED)
    assert [each.silent for each in found] == ["", "", ""]
    return [question for each in found for question in each.questions]


def asked(preparing: Preparing, assignment: Assignment, folder: Path, text: str) -> Askable:
    """What can be asked about this `output_size`."""
    file = folder / f"{NAME}.py"
    file.write_text(dedent(text), encoding="utf-8")
    submission = read(file, assignment.release)
    assert isinstance(submission, Submission)
    (found,) = preparing.askable(submission, ("output_size",), SEED)
    return found


def test_all_kinds_occur(of_solution: list[Question]) -> None:
    assert {question.kind for question in of_solution} == set(KINDS)


def test_keys_are_computed_again_in_another_way(
    of_solution: list[Question], assignment: Assignment
) -> None:
    trusted = Trusted(assignment.solution_module)
    rng = np.random.default_rng(5)
    checked: Counter[str] = Counter()
    for number in rng.permutation(len(of_solution)):
        question = of_solution[number]
        if checked[question.kind] < 25 and (key := trusted.key(question)) is not None:
            assert key == given_key(question), question
            checked[question.kind] += 1
    assert set(checked) == set(KINDS) - {"same", "contract"}
    assert min(checked.values()) >= 2


def test_the_change_that_is_said_to_change_nothing_changes_nothing_for_other_calls(
    of_solution: list[Question], assignment: Assignment
) -> None:
    trusted, course = Trusted(assignment.solution_module), load(assignment)
    questions = [question for question in of_solution if question.kind == "same"]
    assert questions
    for question in questions[:6]:
        rng = np.random.default_rng(77)
        calls = [each.code for each in draw_calls(course, question.exercise, rng, 80)]
        name = question.prompt.split("`")[1]
        kept = [option for option in question.options if trusted.leaves_all(option, name, calls)]
        assert given_key(question) in kept


def test_options_differ_and_hold_the_key_once(of_solution: list[Question]) -> None:
    for question in of_solution:
        assert len(set(question.options)) == len(question.options) in (0, 4)
        assert question.options or question.key.isdigit()


def test_names_and_lines_are_the_students_own(
    preparing: Preparing, assignment: Assignment, tmp_path: Path
) -> None:
    found = asked(
        preparing,
        assignment,
        tmp_path,
        '''
        def output_size(size, window, stride=1, padding="valid", dilation=1):
            """Counts."""
            wagons = 0
            if window < 1 or stride < 1:
                raise ValueError("window or stride")
            if padding == "same":
                return -(-size // stride)
            room = size + 2 * (0 if isinstance(padding, str) else padding)
            start = 0
            while start + dilation * (window - 1) < room:
                wagons += 1
                start += stride
            if not wagons:
                raise ValueError("window")
            return wagons
        ''',
    )
    counts = [q for q in found.questions if q.kind == "count" and "line 12 of" in q.prompt]
    assert counts
    assert all("`output_size`" in question.prompt for question in counts)
    assert (12, "        start += stride") in found.shown[0].lines
    assert any("`wagons`" in question.prompt for question in found.questions)


FORMS = {
    "one line": "output_size = lambda size, window, stride=1, padding='valid', dilation=1: "
    "-(-size // stride) if padding == 'same' else (size - dilation * (window - 1) - 1 + "
    "2 * (padding if isinstance(padding, int) else 0)) // stride + 1\n",
    "recursion": """
        def output_size(size, window, stride=1, padding="valid", dilation=1):
            if window < 1 or stride < 1:
                raise ValueError("window or stride")
            if padding == "same":
                return -(-size // stride)
            if isinstance(padding, int):
                return output_size(size + 2 * padding, window, stride, dilation=dilation)
            if size <= dilation * (window - 1):
                return 0
            return 1 + output_size(size - stride, window, stride, padding, dilation)
        """,
    "nested": """
        def output_size(size, window, stride=1, padding="valid", dilation=1):
            def ends():
                for start in range(0, size, stride):
                    if start + dilation * (window - 1) < size:
                        yield start
            return len([end for end in ends()]) if padding != "same" else -(-size // stride)
        """,
    "class": """
        class Axis:
            def __init__(self, size, stride):
                self.size, self.stride = size, stride

            @property
            def positions(self):
                return -(-self.size // self.stride)

        def output_size(size, window, stride=1, padding="valid", dilation=1):
            axis = Axis(size, stride)
            if padding != "same":
                axis = Axis(size - window + 1, stride)
            return axis.positions
        """,
}


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_have_questions(
    preparing: Preparing, assignment: Assignment, tmp_path: Path, form: str
) -> None:
    found = asked(preparing, assignment, tmp_path, FORMS[form])
    assert not found.silent
    assert len(found.questions) >= 6
    assert all("``" not in question.prompt for question in found.questions)
    assert found.shown[0].name == "output_size"


BODY = """
    n = 4 if {when} else 3
    if padding == "same":
        return -(-size // stride) + 0 * n
    return (size - window) // stride + 1
"""
SIGNATURE = "def output_size(size, window, stride=1, padding='valid', dilation=1):"
EVASIVE = {
    "traced": ("import sys\n", "getattr(sys, 'gettr' + 'ace')()", ""),
    "counts calls": ("seen = []\n", "seen.append(1) or len(seen) > 20", ""),
    "remembers in a default": ("", "kept.append(1) or len(kept) > 20", ", kept=[]"),
    "random": ("import random\n", "random.random() < 0.5", ""),
    "numpy's random": ("import numpy as np\n", "np.random.rand() < 0.5", ""),
    "own seed from memory": ("import numpy as np\n", "np.random.default_rng().random() < 0.5", ""),
}


@pytest.mark.parametrize("how", EVASIVE)
def test_a_function_that_computes_differently_gets_no_question(
    preparing: Preparing, assignment: Assignment, tmp_path: Path, how: str
) -> None:
    above, when, parameter = EVASIVE[how]
    signature = SIGNATURE.replace("):", f"{parameter}):")
    text = above + signature + BODY.format(when=when)
    found = asked(preparing, assignment, tmp_path, text)
    assert not found.questions
    assert "otherwise" in found.silent


WORDS = {
    "settrace": "import sys\nsys.settrace(None)\n",
    "_getframe": "import sys\nframe = sys._getframe\n",
    "gc": "import gc\n",
    "inspect": "import inspect\n",
    "patched numpy": "import numpy as np\nnp.max = min\n",
    "time": "import time\nSTART = time.time()\n",
}


@pytest.mark.parametrize("word", WORDS)
def test_code_with_such_a_word_gets_no_question(
    preparing: Preparing, assignment: Assignment, tmp_path: Path, word: str
) -> None:
    when = "START" if word == "time" else "size"
    text = WORDS[word] + SIGNATURE + BODY.format(when=when)
    found = asked(preparing, assignment, tmp_path, text)
    assert not found.questions
    assert found.silent.startswith(("The code uses ", "The function uses "))


def test_values_that_a_function_uses_are_shown(
    preparing: Preparing, assignment: Assignment, tmp_path: Path
) -> None:
    text = "LEAST = 1\nUNUSED = 2\n" + SIGNATURE + BODY.format(when="size > LEAST")
    found = asked(preparing, assignment, tmp_path, text)
    assert [each.name for each in found.shown] == ["output_size", "LEAST"]


def test_memory_that_nobody_wrote_is_no_key(
    preparing: Preparing, assignment: Assignment, tmp_path: Path
) -> None:
    text = "import numpy as np\n" + SIGNATURE + "\n    cells = np.empty(3)"
    found = asked(preparing, assignment, tmp_path, text + BODY.format(when="size"))
    kinds = {question.kind for question in found.questions if "`cells`" in question.prompt}
    assert kinds == {"shape"}


def test_an_edit_that_never_ends_costs_only_itself(
    preparing: Preparing, assignment: Assignment, tmp_path: Path
) -> None:
    text = """
        def output_size(size, window, stride=1, padding="valid", dilation=1):
            n = sum([1 for _ in range(10 ** (1 + (size - size) * 9))])
            while n > 1:
                n -= 1
            if padding == "same":
                return -(-size // stride)
            return (size - window) // stride + n
        """
    found = asked(preparing, assignment, tmp_path, text)
    assert not found.silent
    assert "changed" in {question.kind for question in found.questions}


def test_a_function_that_ends_its_process_gets_a_reason(
    preparing: Preparing, assignment: Assignment, tmp_path: Path
) -> None:
    text = "import os\n" + SIGNATURE + "\n    os.abort()\n"
    found = asked(preparing, assignment, tmp_path, text)
    assert not found.questions
    assert found.silent


def test_very_long_code_gets_a_reason(
    preparing: Preparing, assignment: Assignment, tmp_path: Path
) -> None:
    text = SIGNATURE + "\n" + "    n = 1\n" * 6_000 + "    return size\n"
    found = asked(preparing, assignment, tmp_path, text)
    assert found.silent == "Its code was not found, or is too long."
