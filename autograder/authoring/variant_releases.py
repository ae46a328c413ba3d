"""Builds a release for each student of a class, in a variant drawn from the course secret.

`variants/<assignment>/` holds the table of who has which variant, a folder for each student, and
for the staff the solutions and the source of each variant. Who has a variant keeps it.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from autograder.authoring.build import generated, replace_file
from autograder.course.assignment import Assignment
from autograder.course.student_names import require_name
from autograder.course.variants import (
    Offered,
    Variant,
    folder_of,
    students_variants,
    table_of,
    table_text,
)
from autograder.errors import CourseError
from autograder.variants.options import declared


def build_for_students(
    assignment: Assignment,
    students: Sequence[str],
    secret: bytes,
    told: Callable[[str, Variant, bool], None] = lambda student, variant, changed: None,
) -> Mapping[str, Variant]:
    """Build a release for each of these students; returns the variants of all students.

    Args:
        assignment: the assignment.
        students: their names.
        secret: the course secret, from which variants are drawn.
        told: is called after each student with the variant, and whether a file changed.

    Raises:
        CourseError: the assignment offers no variants, or a variant cannot be built.
    """
    require_offered(assignment)
    known = students_variants(assignment.root, assignment.name, assignment.offered)
    for student in students:
        require_name(student)
    variants = dict(known) | {
        student: drawn(assignment, student, secret) for student in students if student not in known
    }
    built: dict[Variant, Mapping[str, bytes]] = {}
    for student in students:
        variant = variants[student]
        if variant not in built:
            built[variant] = _build_variant(assignment.in_variant(variant))
        told(student, variant, _write(student_folder(assignment, student), built[variant]))
    text = table_text(variants, list(assignment.offered))
    replace_file(table_of(assignment.root, assignment.name), text.encode())
    return variants


def require_offered(assignment: Assignment) -> None:
    """Refuse an assignment that offers no variants, or offers some that are not declared.

    Raises:
        CourseError: says what is missing.
    """
    where = f"source/{assignment.name}"
    known = declared(assignment)
    if not assignment.offered:
        listed = ", ".join(known) or "none"
        raise CourseError(
            f"{where}/assignment.toml has no section [variants]; {where}/variants.py declares: "
            f"{listed}."
        )
    if assignment.examples.exercises:
        raise CourseError(
            f"{where}/assignment.toml asks for examples, which are judged by the default contract: "
            "take the exercises out of [examples] before you build variants."
        )
    for difference, options in assignment.offered.items():
        unknown = [each for each in options if each not in known.get(difference, {})]
        if unknown:
            raise CourseError(
                f"{where}/assignment.toml offers {difference}={unknown[0]}, which "
                f"{where}/variants.py does not declare."
            )
    if missing := [each for each in known if each not in assignment.offered]:
        raise CourseError(
            f"{where}/assignment.toml must name {missing[0]} in [variants] too, at least with its "
            f'default: {missing[0]} = ["{next(iter(known[missing[0]]))}"].'
        )


def student_folder(assignment: Assignment, student: str) -> Path:
    """The folder of what a student is given."""
    return folder_of(assignment.root, assignment.name) / "students" / student


def count(offered: Offered) -> int:
    """How many releases differ."""
    return math.prod(map(len, offered.values()))


def drawn(assignment: Assignment, student: str, secret: bytes) -> Variant:
    """The variant of a student, one of all with the same chance."""
    parts = [b"variant", assignment.name.encode(), student.encode("utf-8", "surrogateescape")]
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    number = int.from_bytes(hmac.digest(secret, message, hashlib.sha256), "big")
    choice = []
    for difference, options in assignment.offered.items():
        number, place = divmod(number, len(options))
        choice.append((difference, options[place]))
    return Variant(tuple(choice))


def _build_variant(assignment: Assignment) -> Mapping[str, bytes]:
    """Write a variant's release, and what the staff has of it; returns the release."""
    made = generated(assignment)
    _write(assignment.variant_folder, made.release)
    staff = assignment.variant_staff_folder
    _write(
        staff,
        {
            assignment.solution_module.name: made.solutions.encode(),
            assignment.source_notebook.name: made.source.encode(),
        },
    )
    return made.release


def _write(folder: Path, contents: Mapping[str, bytes]) -> bool:
    """Make the files of a folder these; returns whether one changed."""
    changed = [replace_file(folder / PurePosixPath(name), each) for name, each in contents.items()]
    return any(changed)


def all_variants(offered: Offered) -> Iterable[Variant]:
    """Variants that together have every option of every difference; the first is the default.

    Each other one differs from the default in one option.
    """
    default = {difference: options[0] for difference, options in offered.items()}
    yield Variant(tuple(default.items()))
    for difference, options in offered.items():
        for option in options[1:]:
            yield Variant(tuple({**default, difference: option}.items()))
