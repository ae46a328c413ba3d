"""LeNet-5, held against itself through the real engine: see `suite_checks`."""

from __future__ import annotations

from suite_checks import RightAnswers, Suite, WrongAnswers

SUITE = Suite(
    "lenet5",
    with_models=("build_lenet5", "repair_pipeline", "train_lenet5"),
    unfinished={"repair_pipeline": "error"},
    trained_otherwise="own_variables.py",
)


class TestRightAnswers(RightAnswers):
    pass


class TestWrongAnswers(WrongAnswers):
    pass
