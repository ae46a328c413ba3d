"""The kinds of exercises: how candidates of each are made, and compared with the right function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from autograder.attack import memorised, model_comparing, offering
from autograder.attack.candidate import Candidate, Recipe
from autograder.attack.comparing import Compared, compare
from autograder.attack.domain import Domain
from autograder.attack.material import Material
from autograder.attack.model_answers import RightModels, WrongModels
from autograder.attack.model_domain import model_domain_of
from autograder.attack.rewrites import RightAnswers
from autograder.attack.target import Target
from autograder.attack.wrong import WrongAnswers
from autograder.course.assignment import Assignment
from autograder.sandbox import Cell, Limits, Sandbox
from autograder.suite.student import Student

_SLOWEST_CALL = 1.0
_SLOWEST_MODEL = 60.0
_SEARCH_SECONDS = 900.0


class Maker(Protocol):
    """Makes candidates."""

    def make(self, recipe: Recipe) -> Candidate | None:
        """The candidate of a recipe; None if there is none."""


class Comparison(Protocol):
    """Compares a function in a sandbox with the right one."""

    def compare(self, sandbox: Sandbox, most: int, enough: int) -> Compared:
        """Try inputs of the domain, until it is clear how wrong the function is."""

    def example(self, sandbox: Sandbox, first: int) -> str:
        """The simplest call found on which it is wrong; it is wrong on the input `first`."""


@dataclass(frozen=True)
class ArrayComparison:
    """Compares the values that functions return."""

    domain: Domain

    def compare(self, sandbox: Sandbox, most: int, enough: int) -> Compared:
        """As `Comparison`."""
        return compare(Student(sandbox), self.domain, most, enough)

    def example(self, sandbox: Sandbox, first: int) -> str:
        """As `Comparison`."""
        return offering.smallest(Student(sandbox), self.domain, first)


class ArrayExercise:
    """An exercise whose functions return arrays and other plain data."""

    beside: tuple[Cell, ...] = ()
    """Code that a comparison needs beside the candidate's."""

    def __init__(self, material: Material) -> None:
        self._material = material

    def prepared(self, assignment: Assignment) -> Assignment:
        """The assignment as its warm process is to be: with no library that is not needed."""
        return replace(assignment, preload=("numpy",))

    def in_the_suite(self, limits: Limits) -> Limits:
        """The limits of grading, but a call that hangs is ended earlier."""
        return replace(limits, call_seconds=_SLOWEST_CALL)

    def in_a_comparison(self, limits: Limits) -> Limits:
        """Limits for many calls."""
        limits = self.in_the_suite(limits)
        return replace(limits, submission_seconds=_SEARCH_SECONDS, output_kb=1)

    def comparison(self, right: Callable[[], Sandbox]) -> Comparison:
        """Compares with the right function, which is called in this process."""
        return ArrayComparison(self._material.domain)

    def makers(self, public: Sequence[memorised.Known]) -> tuple[Maker, Maker]:
        """Makers of right and of wrong candidates."""
        return RightAnswers(self._material), WrongAnswers(self._material, public)


class ModelExercise:
    """An exercise whose function builds Keras models."""

    def __init__(self, material: Material, target: Target) -> None:
        self._material = material
        self._domain = model_domain_of(target, material.seed)
        self.beside = (model_comparing.observer(),)

    def prepared(self, assignment: Assignment) -> Assignment:
        """The assignment as it is: its warm process has loaded Keras."""
        return assignment

    def in_the_suite(self, limits: Limits) -> Limits:
        """The limits of grading."""
        return limits

    def in_a_comparison(self, limits: Limits) -> Limits:
        """Limits for many models."""
        return replace(
            limits, call_seconds=_SLOWEST_MODEL, submission_seconds=_SEARCH_SECONDS, output_kb=1
        )

    def comparison(self, right: Callable[[], Sandbox]) -> Comparison:
        """Compares with the right builder, which is called in a sandbox."""
        return model_comparing.ModelComparison(self._domain, right)

    def makers(self, public: Sequence[memorised.Known]) -> tuple[Maker, Maker]:
        """Makers of right and of wrong candidates."""
        return RightModels(self._material), WrongModels(self._material, self._domain)


def kind_of(target: Target, material: Material) -> ArrayExercise | ModelExercise:
    """The kind of the exercise that is attacked.

    Raises:
        SuiteError: no calls of it can be drawn.
    """
    return ModelExercise(material, target) if target.builds_models else ArrayExercise(material)
