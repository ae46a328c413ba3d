"""Calls of a function that builds Keras models, drawn from the whole domain of its contract."""

from __future__ import annotations

import hashlib
import inspect
from dataclasses import dataclass

import numpy as np

from autograder.attack.domain import FARTHEST
from autograder.attack.target import Target
from autograder.counterexamples.draws import Draw
from autograder.counterexamples.examples import Example
from autograder.counterexamples.generators import Course, Generator, load
from autograder.errors import SuiteError

PER_MODEL = 400
"""A model stands for so many inputs of another exercise: building and using it takes as long."""


@dataclass(frozen=True)
class ModelInput:
    """One call of a builder.

    Attributes:
        generator: has drawn it.
        example: its arguments.
        image_shape: of the images that its model takes.
        seed: of the weights and images to try the model with.
    """

    generator: Generator
    example: Example
    image_shape: tuple[int, ...]
    seed: int


class ModelDomain:
    """The calls of one builder: number n is the same in every process.

    The first parameter of a builder is the shape of an image.

    Args:
        course: the generators of such calls.
        exercise: the exercise.
        seed: of the calls.
    """

    def __init__(self, course: Course, exercise: str, seed: int) -> None:
        self.course = course
        self._generators = course.of(exercise)
        self._seed = [seed, *hashlib.sha256(exercise.encode()).digest()[:8]]

    def input(self, number: int) -> ModelInput:
        """The call with this number."""
        rng = np.random.default_rng([*self._seed, number])
        generator = self._generators[int(rng.integers(len(self._generators)))]
        example = generator.draw(Draw(rng, FARTHEST))
        parameters = inspect.signature(self.course.right[generator.function])
        bound = parameters.bind(*example.values, **example.kwargs)
        bound.apply_defaults()
        image_shape = tuple(next(iter(bound.arguments.values())))
        return ModelInput(generator, example, image_shape, int(rng.integers(2**31)))


def model_domain_of(target: Target, seed: int) -> ModelDomain:
    """The domain of an exercise that builds models.

    Raises:
        SuiteError: there are no generators for it, or their file cannot be loaded.
    """
    course = load(target.assignment, file=target.assignment.model_domain_file)
    if not course.of(target.exercise):
        raise SuiteError(f"No generator draws calls of {target.exercise}, which builds models.")
    return ModelDomain(course, target.exercise, seed)
