"""`autograder audit --variants`: each option of each difference."""

from __future__ import annotations

from pathlib import Path

from variant_course import SOURCE, write_variant_course

from autograder.audit import Check, audit
from autograder.course.assignment import Assignment

KEPT = """

@misconception("pad", "Are the rows kept?")
def pad_turns(x, amounts):
    return np.pad(np.asarray(x), ((0, 0), amounts)) + 0
"""
OF_VARIANTS = (
    "right answers of variants have full marks",
    "the releases of variants earn nothing",
    "public examples of variants are right",
    "misconceptions lose points in variants",
)


def checks_of_variants(course: Assignment) -> dict[str, Check]:
    found = audit(course, jobs=1, seeds=1, variants=True).checks
    return {check.name: check for check in found if check.name in OF_VARIANTS}


def test_each_option_is_audited(tmp_path: Path) -> None:
    found = checks_of_variants(write_variant_course(tmp_path))
    assert {name: check.cases for name, check in found.items()} == {
        "right answers of variants have full marks": 4,
        "the releases of variants earn nothing": 2,
        "public examples of variants are right": 2,
        "misconceptions lose points in variants": 2,
    }
    assert not any(check.failures for check in found.values())


def test_faults_of_one_option_are_found_and_only_those(tmp_path: Path) -> None:
    course = write_variant_course(tmp_path)
    source = course.source_notebook.with_suffix(".py")
    wrong = SOURCE.replace("    after, before = amounts", "    before, after = amounts")
    source.write_text(wrong, encoding="utf-8")
    text = course.misconceptions_file.read_text(encoding="utf-8")
    course.misconceptions_file.write_text(text + KEPT, encoding="utf-8")
    found = checks_of_variants(course)
    right = found["right answers of variants have full marks"].failures
    assert [each.partition(":")[0] for each in right] == [
        f"order=after, the solutions, seed {number}" for number in (1, 2)
    ]
    (example,) = found["public examples of variants are right"].failures
    assert example.startswith("order=after: pad(")
    assert found["misconceptions lose points in variants"].failures == (
        "order=after, pad_turns: has full marks",
        "layout=columns, pad_turns: has full marks",
    )


def test_without_the_option_no_variant_is_graded(tmp_path: Path) -> None:
    counts: list[int] = []
    course = write_variant_course(tmp_path)
    found = audit(course, jobs=1, seeds=1, on_start=counts.append)
    assert not any(check.name in OF_VARIANTS for check in found.checks)
    assert counts == [3]
