"""What the variants of an assignment are worth: is each right, and does one pass for another?

Everything is graded as in a class: each variant is given to a student of a temporary course.

    python benchmarks/variants.py pooling_padding --combinations 8 --misconceptions 12
"""

from __future__ import annotations

import argparse
import ast
import io
import itertools
import operator
import statistics
import tempfile
import time
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from autograder import diagnosis
from autograder.audit.variant_answers import in_variant
from autograder.audit.variants import cells_of, copied_course, wrong_public_examples
from autograder.authoring.build import Generated, generated, replace_file
from autograder.authoring.variant_releases import all_variants, count, require_offered
from autograder.course.assignment import load_assignment
from autograder.course.variants import Variant, table_of, table_text
from autograder.errors import AutograderError
from autograder.grading.grader import Grader
from autograder.results import Result
from autograder.variants.options import chosen

ROOT = Path(__file__).resolve().parents[1]
SEEDS = tuple(bytes([number]) * 32 for number in (1, 2, 3))


@dataclass(frozen=True)
class Built:
    """A variant, what was generated for it, and how long that took."""

    variant: Variant
    made: Generated
    seconds: float
    cpu_seconds: float


class Course:
    """A temporary course whose students have one variant each, named by the variant's code."""

    def __init__(self, root: Path, name: str) -> None:
        self.assignment = copied_course(load_assignment(name, ROOT), root)
        self._folder = root / "handed in"
        self._folder.mkdir()
        require_offered(self.assignment)
        self._grader = Grader(self.assignment)
        self._students: dict[str, Variant] = {}

    def build(self, variant: Variant) -> Built:
        """Generate a variant, and make it known to grading."""
        self._students[variant.code] = variant
        table = table_of(self.assignment.root, self.assignment.name)
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text(
            table_text(self._students, list(self.assignment.offered)), encoding="utf-8"
        )
        started, worked = time.perf_counter(), time.process_time()
        own = self.assignment.in_variant(variant)
        made = generated(own)
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
        for name, content in made.release.items():
            replace_file(own.variant_folder / name, content)
        return Built(variant, made, seconds, cpu_seconds)

    def grade(self, code: str, variant: Variant, seed: bytes = SEEDS[0]) -> Result:
        """Grade a module as handed in by who was given that variant."""
        file = self._folder / "work.py"
        file.write_text(code, encoding="utf-8")
        result = self._grader.grade(file, seed, student=variant.code, advice=())
        if result.status != "graded" or result.observed.failed_cells:
            failed = "; ".join(result.observed.failed_cells)
            raise AutograderError(f"{variant}: {result.status}: {result.reason}{failed}")
        return result

    def close(self) -> None:
        """End what grading has started."""
        self._grader.close()


def shares(result: Result) -> dict[str, float]:
    """The share of the points of each exercise."""
    return {each.name: (each.score or 0.0) / each.max_score for each in result.exercises}


def differing(course: Course, one: Variant, other: Variant) -> set[str]:
    """The exercises in whose contracts two variants differ."""
    pairs = zip(
        chosen(course.assignment, one), chosen(course.assignment, other), strict=True
    )  # fmt: skip
    names = {
        name
        for first, second in pairs
        if first is not second
        for name in (*first.contracts, *second.contracts)
    }
    return {each.name for each in course.assignment.exercises} & names


# -- what a release holds ------------------------------------------------------------------


def tokens_by_cell(made: Generated) -> dict[str, int]:
    """How many tokens the code of each solution cell has, without comments and docstrings."""
    return {
        str(cell.grade_id): _tokens(cell.source)
        for cell in cells_of(made)
        if cell.cell_type == "code" and cell.is_solution
    }


def _tokens(code: str) -> int:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    plain = io.StringIO(ast.unparse(tree))
    layout = (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    return sum(token.type not in layout for token in tokenize.generate_tokens(plain.readline))


# -- the measurements ------------------------------------------------------------------------


def measure_releases(course: Course, builds: Sequence[Built]) -> None:
    """How many releases there are, and how fast one is built."""
    print(f"releases that differ: {count(course.assignment.offered)}")
    for what, found in (
        ("seconds", [built.seconds for built in builds[1:]]),
        ("seconds of the processor", [built.cpu_seconds for built in builds[1:]]),
    ):
        median = statistics.median(found)
        print(f"{what} to build one: median {median:.2f}, largest {max(found):.2f}")


def measure_right(course: Course, builds: Sequence[Built]) -> None:
    """Solutions, stubs, public examples, points and tests of each variant."""
    kinds = set()
    wrong, stubs, examples = [], [], []
    for built in builds:
        for seed in SEEDS:
            result = course.grade(built.made.solutions, built.variant, seed)
            kinds.add(tuple((each.max_score, len(each.tests)) for each in result.exercises))
            wrong += [f"{built.variant}: {name}" for name, got in shares(result).items() if got < 1]
        released = built.made.release[f"{course.assignment.name}.py"].decode()
        stubs += [
            f"{built.variant}: {name}"
            for name, got in shares(course.grade(released, built.variant)).items()
            if got
        ]
        examples += [f"{built.variant}: {each}" for each in wrong_public_examples(built.made)]
    graded = f"{len(builds)} variants"
    _print(f"exercises of solutions without full marks ({graded}, {len(SEEDS)} seeds)", wrong)
    _print(f"exercises of stubs with points ({graded})", stubs)
    _print(f"public examples that are wrong ({graded})", examples)
    print(f"other numbers of points or tests than the default's: {len(kinds) - 1}")


def measure_crossed(course: Course, builds: Mapping[Variant, Built]) -> None:
    """What a solution of one option earns where another option of the difference is asked."""
    largest: dict[str, tuple[float, str]] = {}
    pairs = 0
    for one, other in itertools.permutations(builds, 2):
        if sum(map(operator.ne, one.choice, other.choice)) != 1:
            continue
        pairs += 1
        earned = shares(course.grade(builds[one].made.solutions, other))
        ((had, asked),) = (
            pair for pair in zip(one.choice, other.choice, strict=True) if pair[0] != pair[1]
        )
        for name in differing(course, one, other):
            found = earned[name], f"{had[0]}={had[1]} where {asked[1]} is asked"
            largest[name] = max(largest.get(name, (-1.0, "")), found)
    print(f"largest share that a solution of another variant earns ({pairs} pairs):")
    for name, (share, which) in largest.items():
        print(f"  {name}: {share:.0%} ({which})")


def measure_difficulty(builds: Sequence[Built]) -> None:
    """The tokens of solutions, next to the default's."""
    default = tokens_by_cell(builds[0].made)
    largest: dict[str, tuple[float, str]] = dict.fromkeys(default, (0.0, ""))
    for built in builds[1:]:
        for name, number in tokens_by_cell(built.made).items():
            share = number / default[name] - 1
            found = share, str(built.variant)
            largest[name] = max(largest[name], found, key=lambda each: abs(each[0]))
    print("tokens of the solution, the variant that differs most from the default:")
    for name, (share, variant) in largest.items():
        print(f"  {name}: {default[name]} tokens, {share:+.1%} ({variant})")


def measure_misconceptions(course: Course, builds: Sequence[Built], number: int) -> None:
    """Whether known wrong answers lose points in variants as they do by default."""
    known = diagnosis.load(course.assignment).misconceptions
    random = Random(1)
    kept = []
    asked = 0
    for built in builds[1:]:
        changed = differing(course, builds[0].variant, built.variant)
        fitting = [each for each in known if each.exercise in changed]
        for which in random.sample(fitting, min(number, len(fitting))):
            asked += 1
            code = in_variant(which, course.assignment, built.variant, built.made.solutions)
            result = course.grade(code, built.variant)
            if shares(result)[which.exercise] >= 1:
                kept.append(f"{which.name} in {built.variant}")
    _print(f"misconceptions that lose nothing in a variant ({asked} sampled)", kept)


def _print(what: str, found: Sequence[str]) -> None:
    print(f"{what}: {len(found)}")
    for each in found[:10]:
        print(f"  {each}")


def combined(course: Course, number: int) -> Iterator[Variant]:
    """Variants that have options of all differences, drawn with a fixed seed."""
    random = Random(2)
    for _ in range(number):
        yield Variant(
            tuple(
                (name, random.choice(options))
                for name, options in course.assignment.offered.items()
            )
        )


def main() -> None:
    """Measure one assignment and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("assignment")
    parser.add_argument("--combinations", type=int, default=8, help="variants drawn at random")
    parser.add_argument("--misconceptions", type=int, default=8, help="for each variant")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="autograder-variants-") as folder:
        course = Course(Path(folder), options.assignment)
        try:
            measure(course, options.combinations, options.misconceptions)
        finally:
            course.close()


def measure(course: Course, combinations: int, misconceptions: int) -> None:
    """All measurements, with each option alone and some combinations of all differences."""
    alone = list(all_variants(course.assignment.offered))
    asked = dict.fromkeys((*alone, *combined(course, combinations)))
    builds = [course.build(variant) for variant in asked]
    measure_releases(course, builds)
    measure_right(course, builds)
    measure_crossed(course, {built.variant: built for built in builds[: len(alone)]})
    measure_difficulty(builds)
    measure_misconceptions(course, builds, misconceptions)


if __name__ == "__main__":
    main()
