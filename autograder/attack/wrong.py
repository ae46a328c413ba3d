"""Makes candidates that should be wrong: each from its recipe, the same in every process."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import combinations

from autograder.attack import composed, memorised, regions
from autograder.attack.candidate import Candidate, Recipe
from autograder.attack.material import Base, Material
from autograder.attack.signatures import positional
from autograder.diagnosis import Misconception
from autograder.edits import Mistake, Planned, mistakes

_TRIES = 20


class WrongAnswers:
    """Makes wrong candidates of one exercise.

    Args:
        material: the exercise, its right answers and its misconceptions.
        public: the calls of the exercise's public tests, with the right answers.
    """

    def __init__(self, material: Material, public: Sequence[memorised.Known]) -> None:
        self._material = material
        self._public = public
        self._made: dict[str, Callable[[Recipe, random.Random], Candidate | None]] = {
            "edit": self._edit,
            "two edits": self._two_edits,
            "region": self._region,
            "two misconceptions": self._two_misconceptions,
            "memoriser": self._memoriser,
        }

    def make(self, recipe: Recipe) -> Candidate | None:
        """The candidate of a recipe; None if there are fewer of that kind."""
        rng = random.Random(f"{self._material.seed} {self._material.exercise} {recipe}")
        return self._made[recipe.kind](recipe, rng)

    @cached_property
    def _planned(self) -> list[tuple[Base, Planned]]:
        """All first-order edits of all right answers, in an order that the seed decides."""
        found = [(base, each) for base in self._material.bases for each in mistakes(base.text)]
        random.Random(f"{self._material.seed} {self._material.exercise} edits").shuffle(found)
        return found

    def _edit(self, recipe: Recipe, rng: random.Random) -> Candidate | None:
        if recipe.number >= len(self._planned):
            return None
        base, planned = self._planned[recipe.number]
        made = planned.make()
        if made is None:
            return None
        return Candidate(
            recipe, f"{base.origin}: {made.kind}", base.function, base.function, made.text
        )

    def _two_edits(self, recipe: Recipe, rng: random.Random) -> Candidate | None:
        for _ in range(_TRIES if self._planned else 0):
            base, planned = rng.choice(self._planned)
            first = planned.make()
            second = _another(first.text, rng) if first is not None else None
            if first is not None and second is not None:
                origin = f"{base.origin}: {first.kind}, {second.kind}"
                return Candidate(recipe, origin, base.function, base.function, second.text)
        return None

    def _region(self, recipe: Recipe, rng: random.Random) -> Candidate | None:
        material = self._material
        function = material.functions[recipe.number % len(material.functions)]
        base = next(each for each in material.bases if each.function == function)
        for _ in range(_TRIES):
            given = material.domain.input(rng.randrange(1_000_000, 2_000_000))
            if given is None or given.generator.function != function or given.generator.purity:
                continue
            region = regions.drawn(rng, material.parameters(function), given)
            if region is not None:
                text = regions.written(base.text, material.parameters(function), function, region)
                return Candidate(recipe, region.words, function, function, text)
        return None

    @cached_property
    def _pairs(self) -> list[composed.Pair]:
        """The pairs of misconceptions of one function, in an order that the seed decides."""
        found = [
            pair for pair in combinations(self._compared, 2) if pair[0].replaces == pair[1].replaces
        ]
        random.Random(f"{self._material.seed} {self._material.exercise} pairs").shuffle(found)
        return found

    @cached_property
    def _compared(self) -> list[Misconception]:
        known = self._material.catalogue.of(self._material.exercise)
        return [
            each for each in known if not each.matches and each.replaces in self._material.functions
        ]

    def _two_misconceptions(self, recipe: Recipe, rng: random.Random) -> Candidate | None:
        if recipe.number >= len(self._pairs):
            return None
        one, other = self._pairs[recipe.number]
        made = composed.composed(self._material, one, other)
        if made is None:
            return None
        name, text = made
        return Candidate(recipe, f"{one.name}, {other.name}", one.replaces, name, text)

    def _memoriser(self, recipe: Recipe, rng: random.Random) -> Candidate | None:
        fallbacks: list[memorised.Fallback] = [*memorised.SIMPLE, *self._compared]
        if recipe.number >= len(fallbacks) or not self._public:
            return None
        fallback = fallbacks[recipe.number]
        function = self._material.exercise
        parameters = self._material.parameters(function)
        known = [each for each in self._public if each.function == function]
        if not isinstance(fallback, str) and fallback.replaces != function:
            return None
        if not positional(parameters):
            return None  # who knows the only answer there is by heart is right
        text = memorised.written(parameters, function, known, fallback)
        origin = fallback if isinstance(fallback, str) else fallback.name
        return Candidate(recipe, f"public examples, else {origin}", function, function, text)


def _another(text: str, rng: random.Random) -> Mistake | None:
    """A further mistake in a text, drawn at random; None if there is none."""
    try:
        found = mistakes(text)
    except SyntaxError:
        return None
    return rng.choice(found).make() if found else None
