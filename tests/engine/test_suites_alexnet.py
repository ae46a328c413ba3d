"""AlexNet, held against itself through the real engine: see `suite_checks`.

What is random has tests of its own: a mistake must be told whatever the generator's seed.
"""

from __future__ import annotations

import dataclasses

from suite_checks import RightAnswers, Suite, WrongAnswers, alike

from autograder import diagnosis
from autograder.diagnosis.probes import Call, Generator, Summarized

SUITE = Suite(
    "alexnet",
    with_models=("build_alexnet", "build_alexnet_batchnorm", "train_alexnet"),
)


class TestRightAnswers(RightAnswers):
    pass


class TestWrongAnswers(WrongAnswers):
    def test_a_random_mistake_reacts_alike_with_other_seeds(self, suite, in_arrays) -> None:
        """So that whoever makes it with other calls of the generator is told its hint too."""
        for which in suite.catalogue.of(in_arrays):
            reactions = diagnosis.reactions(which, suite.catalogue)
            for by in (100, 200, 300):
                probes = [reseeded(probe, by) for probe in suite.catalogue.probes[which.replaces]]
                elsewhere = [diagnosis.react(which.function, probe) for probe in probes]
                assert alike(reactions, elsewhere), which.name


def reseeded(probe: diagnosis.Probe, by: int) -> diagnosis.Probe:
    """The probe with generators of other seeds; those that were the same object stay so."""
    known: dict[Generator, Generator] = {}

    def other(argument):
        if isinstance(argument, Generator):
            return known.setdefault(argument, Generator(argument.seed + by))
        return argument

    def of(call: Call) -> Call:
        return dataclasses.replace(call, args=tuple(map(other, call.args)))

    return (
        of(probe) if isinstance(probe, Call) else Summarized(tuple(map(of, probe.calls)), probe.key)
    )
