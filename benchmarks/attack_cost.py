"""What a candidate of an attack costs, tried plainly and as the attack tries it.

    python benchmarks/attack_cost.py max_pool2d conv2d --wrong 40 --right 6 --inputs 2000

The plain way runs the whole suite in one process and compares the function in another; it encodes
each input and decodes each answer for every candidate. Both ways try the same candidates by turns,
and the script ends with an error if they judge one of them differently. Times are processor times
of all processes, and need root and control groups. The last lines compute, from these figures, how
long 10,000 wrong and 500 right candidates with 20,000 inputs would take on two free processors.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine_cost import SETTLE_SECONDS, all_processes

from autograder.attack.candidate import Candidate, Recipe, recipes
from autograder.attack.comparing import Compared
from autograder.attack.domain import MOST, Domain, Input, domain_of
from autograder.attack.exercise_kinds import ArrayComparison, Comparison
from autograder.attack.figures import OFTEN
from autograder.attack.record import Trial
from autograder.attack.target import Target
from autograder.attack.trial import ENOUGH, Trying
from autograder.course.assignment import load_assignment
from autograder.results import Outcome
from autograder.sandbox import Cell, Sandbox

ROOT = Path(__file__).resolve().parents[1]
WRONG, RIGHT, PROCESSORS = 10_000, 500, 2
Clock = Callable[[], float]


class Uncached(Input):
    """An input that is encoded for each candidate, and of which each answer is decoded."""

    answer = b""  # type: ignore[assignment]


class UncachedDomain:
    """The inputs of a domain, made anew each time."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self.course = domain.course

    def input(self, number: int) -> Input | None:
        """As `Domain.input`."""
        found = self._domain.input(number)
        if found is None:
            return None
        return Uncached(found.generator, found.example, found.choices, found.want)


class Clocked:
    """A comparison that knows how long the last one took."""

    def __init__(self, comparison: Comparison, clock: Clock) -> None:
        self._comparison, self._clock = comparison, clock
        self.seconds = 0.0

    def compare(self, sandbox: Sandbox, most: int, enough: int) -> Compared:
        """As `Comparison`."""
        start = self._clock()
        found = self._comparison.compare(sandbox, most, enough)
        self.seconds = self._clock() - start
        return found

    def example(self, sandbox: Sandbox, first: int) -> str:
        """As `Comparison`."""
        return self._comparison.example(sandbox, first)


class Plain(Trying):
    """Tries candidates without any saving."""

    def _tried_anew(self, candidate: Candidate) -> Trial:
        text = self.material.submission(candidate.function, candidate.text, candidate.name)
        kind, number = candidate.recipe.kind, candidate.recipe.number
        with self._sandbox([Cell("answer", text)], self._limits()) as sandbox:
            if sandbox.reports[0].outcome != "ok":
                return Trial(kind, number)
            found = self._judged(sandbox, self._tests, candidate.digest.encode())
        failed = [each.result for each in found.records if each.result.outcome != Outcome.PASSED]
        compared = self._compared(text, 1 if failed else ENOUGH, self._most)
        done = Trial(
            kind,
            number,
            candidate.digest,
            failed=tuple(each.name for each in failed),
            failed_values=sum(each.role == "values" for each in failed),
            inputs=compared.inputs,
            differences=compared.differences,
        )
        return self._with_the_story(done, candidate, text, compared)


@dataclass
class Costs:
    """Seconds of processor time for each candidate of one group, tried both ways.

    The whole costs are those with as many inputs as an attack compares.
    """

    plain: list[float] = field(default_factory=list)
    fast: list[float] = field(default_factory=list)
    whole_plain: list[float] = field(default_factory=list)
    whole_fast: list[float] = field(default_factory=list)


def group_of(trial: Trial) -> str:
    """The group in which a candidate is counted."""
    if not trial.is_wrong:
        return "no difference"
    return "wrong, refused" if trial.failed else "wrong, accepted"


def verdict(trial: Trial) -> tuple[object, ...]:
    """What the figures are made of."""
    is_often = trial.share > OFTEN
    return trial.digest, bool(trial.failed), bool(trial.failed_values), trial.is_wrong, is_often


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercises", nargs="+")
    parser.add_argument("--assignment", default="pooling_padding")
    parser.add_argument("--wrong", type=int, default=40)
    parser.add_argument("--right", type=int, default=6)
    parser.add_argument("--inputs", type=int, default=2000)
    options = parser.parse_args()
    assignment = load_assignment(options.assignment, ROOT)
    todo = [each for each in recipes(options.wrong, options.right) if each.kind != "known"]
    with all_processes() as seconds:
        for name in options.exercises:
            target = Target.of(assignment, name)
            with Trying(target, 0, most=options.inputs) as fast:
                show(name, Measured(target, fast, todo, options.inputs, seconds))


class Measured:
    """The costs of candidates of one exercise.

    Attributes:
        costs: by group.
        making: seconds for a candidate's text, which both ways need.
        inputs: seconds for one input and its right answer, which a process needs once.
    """

    def __init__(
        self, target: Target, fast: Trying, todo: Sequence[Recipe], most: int, seconds: Clock
    ) -> None:
        self.costs: dict[str, Costs] = defaultdict(Costs)
        self.most = most
        before = seconds()
        inputs = domain_of(target, 1)
        for number in range(most):
            if found := inputs.input(number):
                found.call, found.answer  # noqa: B018 (they are kept)
        self.inputs = (seconds() - before) / most
        with Plain(target, 0, most=most) as plain:
            inputs_anew = UncachedDomain(fast.material.domain)
            slow = ArrayComparison(inputs_anew)  # type: ignore[arg-type]
            plain._comparison = Clocked(slow, seconds)
            fast._comparison = Clocked(fast._comparison, seconds)
            self._try(plain, fast, todo, seconds)

    def _try(self, plain: Trying, fast: Trying, todo: Sequence[Recipe], seconds: Clock) -> None:
        made = 0.0
        for recipe in todo:
            start = seconds()
            candidate = fast.candidate(recipe)
            made += seconds() - start
            if candidate is None:
                continue
            took, whole, trials = [], [], []
            for trying in (plain, fast):
                start = seconds()
                trials.append(trying._tried_anew(candidate))
                time.sleep(SETTLE_SECONDS)
                took.append(seconds() - start)
                whole.append(took[-1] + self._further(trying, trials[-1]))
            if verdict(trials[0]) != verdict(trials[1]):
                sys.exit(f"{recipe} is judged differently: {trials}")
            if trials[0].digest:
                costs = self.costs[group_of(trials[0])]
                costs.plain.append(took[0])
                costs.fast.append(took[1])
                costs.whole_plain.append(whole[0])
                costs.whole_fast.append(whole[1])
        self.making = made / len(todo)

    def _further(self, trying: Trying, trial: Trial) -> float:
        """What a comparison with so many more inputs would cost, if it found no difference."""
        assert isinstance(trying._comparison, Clocked)
        return 0.0 if trial.is_wrong else trying._comparison.seconds * (MOST / self.most - 1)


def hours(found: Measured, side: str) -> float:
    """Hours that a whole attack takes by these figures, if the groups are as large in it."""
    costs = [cost for each in found.costs.values() for cost in getattr(each, f"whole_{side}")]
    once = found.inputs * MOST * PROCESSORS
    tried = (WRONG + RIGHT) * (statistics.mean(costs) + found.making)
    return (tried + once) / PROCESSORS / 3600


def show(name: str, found: Measured) -> None:
    """Print the costs of one exercise, and what follows from them."""
    print(
        f"{name}: making {1000 * found.making:.0f} ms, an input {1000 * found.inputs:.2f} ms once"
    )
    for group, costs in sorted(found.costs.items()):
        plain, fast = statistics.mean(costs.plain), statistics.mean(costs.fast)
        print(
            f"  {group:<16} {len(costs.plain):>4} candidates: plain {1000 * plain:7.1f} ms, "
            f"now {1000 * fast:7.1f} ms, {plain / fast:4.1f} times less"
        )
    for side in ("plain", "fast"):
        print(f"  {WRONG:,} + {RIGHT}, {MOST:,} inputs, {side}: {hours(found, side):.1f} hours")


if __name__ == "__main__":
    main()
