"""Which words keep code from questions, and which ordinary words do not."""

from __future__ import annotations

import pytest

from autograder.questions.refusing import reason_against, reason_against_part

WATCHES = (
    "import sys\nsys.settrace(print)",
    "getattr(sys, 'setprofile')",
    "import numpy as np, gc",
    "from inspect import currentframe",
    "f.__code__",
    "np.max = lambda x: 0",
    "  np.random.seed = print",
    "import autograder.sandbox.inside.versions as v",
    "setattr(np, 'max', min)",
)
ORDINARY = (
    "import numpy as np\nimport sys\nprint(sys.version)",
    "dis = np.abs(x - y)\nco_channels = 3",
    "# inspect the shape, and trace what happens",
    "np.random.seed(0)",
    "import os\nos.environ['KERAS_BACKEND'] = 'tensorflow'",
    "if np.max == max: pass",
    "from convgrade import check",
    "import autograder.student",
)
UNSTEADY = (
    "import time",
    "import math, time",
    "from datetime import datetime",
    "eval('1')",
    "open('x')",
    "id(x)",
)
STEADY = ("re.compile('x')", "model.compile()", "timeline = 3", "grid(x)", "valid(x)")


@pytest.mark.parametrize("text", WATCHES)
def test_words_that_watch_or_change_are_refused(text: str) -> None:
    assert reason_against(["x = 1", text])


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_not(text: str) -> None:
    assert reason_against([text]) == ""


@pytest.mark.parametrize("text", UNSTEADY)
def test_a_function_that_depends_on_more_than_its_arguments_is_refused(text: str) -> None:
    assert reason_against_part([text])


@pytest.mark.parametrize("text", STEADY)
def test_another_function_is_not(text: str) -> None:
    assert reason_against_part([text]) == ""
