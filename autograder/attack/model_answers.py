"""Makes candidates of an exercise that builds Keras models: wrong ones and right ones."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from functools import cached_property, partial

from autograder.attack import model_edits, model_pairs, model_rewrites, regions, rewrites
from autograder.attack.candidate import Candidate, Recipe
from autograder.attack.material import Base, Material
from autograder.attack.model_domain import ModelDomain
from autograder.attack.signatures import signature
from autograder.edits import mistakes

_TRIES = 20
_FEWEST, _MOST = 1, 5
Made = tuple[str, str]
"""What was changed, and the text with the change."""
Change = Callable[[], Made | None]


class WrongModels:
    """Makes candidates that should be wrong.

    Args:
        material: the exercise, its right answers and its misconceptions.
        domain: calls of the builder.
    """

    def __init__(self, material: Material, domain: ModelDomain) -> None:
        self._material = material
        self._domain = domain
        self._made: dict[str, Callable[[Recipe, random.Random], Candidate | None]] = {
            "edit": self._edit,
            "two edits": self._two_edits,
            "region": self._region,
            "two misconceptions": self._two_misconceptions,
        }

    def make(self, recipe: Recipe) -> Candidate | None:
        """The candidate of a recipe; None if there are fewer of that kind.

        No model is an answer of a public check, so there are no memorisers.
        """
        make = self._made.get(recipe.kind)
        return make(recipe, _random(self._material, str(recipe))) if make else None

    @cached_property
    def _edits(self) -> tuple[list[tuple[Base, Change]], ...]:
        """Edits of layers, and edits as they are made in any code; each in a drawn order."""
        found = tuple(
            [(base, each) for base in self._material.bases for each in changes(base.text)]
            for changes in (_changes_of_layers, _changes_of_code)
        )
        for each in found:
            _random(self._material, "edits").shuffle(each)
        return found

    def _edit(self, recipe: Recipe, rng: random.Random) -> Candidate | None:
        edits = self._edits[recipe.number % 2]
        if recipe.number // 2 >= len(edits):
            return None
        base, change = edits[recipe.number // 2]
        made = change()
        return None if made is None else _candidate(recipe, base, *made)

    def _edited_twice(self, rng: random.Random) -> tuple[Base, Made] | None:
        base, change = rng.choice(rng.choice(self._edits))
        first = change()
        second = _another(first[1], rng) if first else None
        if not first or not second:
            return None
        return base, (f"{first[0]}, {second[0]}", second[1])

    def _two_edits(self, recipe: Recipe, rng: random.Random) -> Candidate | None:
        for _ in range(_TRIES if all(self._edits) else 0):
            found = self._edited_twice(rng)
            if found:
                return _candidate(recipe, found[0], *found[1])
        return None

    def _region(self, recipe: Recipe, rng: random.Random) -> Candidate | None:
        """A builder that makes one mistake where the arguments have some property."""
        arguments = self._material.parameters(self._material.exercise)
        for _ in range(_TRIES if all(self._edits) else 0):
            base, change = rng.choice(rng.choice(self._edits))
            made = change()
            given = self._domain.input(rng.randrange(1_000_000, 2_000_000))
            test = regions.described(rng, arguments, given.example)
            if made and test:
                text = _in_a_region(base, made[1], test, signature(arguments))
                return _candidate(recipe, base, f"{made[0]} where {test}", text)
        return None

    def _two_misconceptions(self, recipe: Recipe, rng: random.Random) -> Candidate | None:
        known = self._material.catalogue.of(self._material.exercise)
        for _ in range(_TRIES if len(known) > 1 else 0):
            one, other = rng.sample(known, 2)
            text = model_pairs.together(one, other)
            if text is not None:
                origin = f"{one.name}, {other.name}"
                return Candidate(recipe, origin, self._material.exercise, one.name, text)
        return None


class RightModels:
    """Makes candidates that should be right.

    Args:
        material: the exercise and its right answers.
    """

    def __init__(self, material: Material) -> None:
        self._material = material

    def make(self, recipe: Recipe) -> Candidate | None:
        """The candidate of a recipe; None if nothing could be rewritten."""
        rng = _random(self._material, str(recipe))
        for _ in range(_TRIES):
            base = rng.choice(self._material.bases)
            tree = ast.parse(base.text)
            count = rng.randint(_FEWEST, _MOST)
            done = rewrites.rewrite(tree, rng, count, model_rewrites.places)
            if done:
                return _candidate(recipe, base, ", ".join(done), ast.unparse(tree))
        return None


def _random(material: Material, what: str) -> random.Random:
    return random.Random(f"{material.seed} {material.exercise} {what}")


def _candidate(recipe: Recipe, base: Base, origin: str, text: str) -> Candidate:
    return Candidate(recipe, f"{base.origin}: {origin}", base.function, base.function, text)


def _changes_of_code(text: str) -> Iterator[Change]:
    for planned in mistakes(text):
        yield partial(_planned, planned.make)


def _changes_of_layers(text: str) -> Iterator[Change]:
    for index, _ in enumerate(model_edits.places(ast.parse(text))):
        yield partial(_edited, text, index)


def _planned(make: Callable[[], object]) -> Made | None:
    made = make()
    return None if made is None else (made.kind, made.text)  # type: ignore[attr-defined]


def _edited(text: str, index: int) -> Made | None:
    tree = ast.parse(text)
    before = ast.unparse(tree)
    kind, change = list(model_edits.places(tree))[index]
    change()
    after = ast.unparse(ast.fix_missing_locations(tree))
    return None if after == before else (kind, after)


def _another(text: str, rng: random.Random) -> Made | None:
    """A further mistake in a text, drawn at random; None if there is none."""
    try:
        found = list(rng.choice((_changes_of_code, _changes_of_layers))(text))
    except SyntaxError:
        return None
    return rng.choice(found)() if found else None


def _in_a_region(base: Base, wrong: str, test: str, parameters: str) -> str:
    """The code of the right builder, which is another one where a test is true."""
    name = base.function
    return (
        f"{base.text}\n\n_right = {name}\n\n{wrong}\n\n_wrong = {name}\n\n"
        f"def {name}({parameters}):\n"
        f"    build = _wrong if {test} else _right\n"
        f"    return build({', '.join(_names(parameters))})\n"
    )


def _names(parameters: str) -> list[str]:
    tree = ast.parse(f"def f({parameters}): pass").body[0]
    assert isinstance(tree, ast.FunctionDef)
    return [each.arg for each in tree.args.args]
