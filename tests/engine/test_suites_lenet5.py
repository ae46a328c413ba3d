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


def test_a_wrong_answer_is_graded_wherever_it_is_used() -> None:
    """By the solutions, or by what a hidden suite builds on; with all that these build on."""
    (which, *_) = SUITE.catalogue.of("scaled_tanh")
    touched = SUITE.touched(which)
    assert touched == {"scaled_tanh", "trainable_subsampling", "lenet5_1998_forward"}
    assert {"rbf_output", "sparse_conv2d"} < {each.name for each in SUITE.part(touched).exercises}
    (which, *_) = SUITE.catalogue.of("conv_parameters")
    assert SUITE.touched(which) == {"conv_parameters", "lenet5_table"}
