"""LeNet-5, held against itself through the real engine: see `suite_checks`."""

from __future__ import annotations

import pytest
from suite_checks import RightAnswers, Suite, WrongAnswers, exercise_of

SUITE = Suite(
    "lenet5",
    with_models=("build_lenet5", "repair_pipeline", "train_lenet5"),
    unfinished={"repair_pipeline": "error"},
)


ONE_FAULT = (
    "build_lenet5_pads_the_first_layer",
    "build_lenet5_with_five_filters",
    "build_lenet5_with_kernels_of_three",
    "build_lenet5_without_f6",
    "build_lenet5_flattens_before_s4",
    "build_lenet5_takes_the_largest",
    "build_lenet5_with_relu",
    "build_lenet5_answers_with_logits",
)


class TestRightAnswers(RightAnswers):
    pass


class TestWrongAnswers(WrongAnswers):
    @pytest.mark.slow
    @pytest.mark.parametrize("what", ONE_FAULT, ids=lambda name: f"{name}@{name}")
    def test_a_network_with_one_fault_keeps_what_its_other_layers_are_worth(
        self, suite, graded, what
    ) -> None:
        (which,) = (each for each in suite.catalogue.of("build_lenet5") if each.name == what)
        exercise = exercise_of(graded(which), "build_lenet5")
        assert 0.6 * exercise.max_score < exercise.score < 0.95 * exercise.max_score
        assert any(test.counterexample for test in exercise.tests)


def test_a_wrong_answer_is_graded_wherever_it_is_used() -> None:
    """By the solutions, or by what a hidden suite builds on; with all that these build on."""
    (which, *_) = SUITE.catalogue.of("scaled_tanh")
    touched = SUITE.touched(which)
    assert touched == {"scaled_tanh", "trainable_subsampling", "lenet5_1998_forward"}
    assert {"rbf_output", "sparse_conv2d"} < {each.name for each in SUITE.part(touched).exercises}
    (which, *_) = SUITE.catalogue.of("conv_parameters")
    assert SUITE.touched(which) == {"conv_parameters", "lenet5_table"}
