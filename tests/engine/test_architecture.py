"""The engine keeps to the table of docs/engine.md: its files, their imports, no circles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from architecture import (
    STUDENTS_SIDE,
    Import,
    Room,
    breaches,
    circles,
    differences,
    imports_in,
    read_table,
    room_of,
    shared_by_few,
)

from autograder.grading import cache_key

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "autograder"
PUBLIC = {"__init__.py", "datasets.py", "errors.py", "results.py", "student.py"}
ROOMS = read_table((ROOT / "docs" / "engine.md").read_text(encoding="utf-8"))
FILES = {
    path.relative_to(start).as_posix(): path.read_text(encoding="utf-8")
    for folder, start in ((ENGINE, ENGINE), (ROOT / STUDENTS_SIDE, ROOT))
    for path in folder.rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
IMPORTS = imports_in(FILES)

# -- the engine ----------------------------------------------------------------------------


def test_the_table_names_every_file_and_no_other() -> None:
    assert differences(ROOMS, FILES) == []


def test_no_import_breaks_the_table() -> None:
    assert breaches(ROOMS, IMPORTS) == []


def test_nothing_imports_itself_in_a_circle() -> None:
    assert circles(IMPORTS) == []


def test_what_lies_at_the_root_is_public_or_shared_by_three_rooms() -> None:
    assert shared_by_few(ROOMS, IMPORTS, PUBLIC) == []


def test_grading_imports_nothing_that_its_digest_leaves_out() -> None:
    """A result is kept as long as the digest stays the same."""
    digested = {file.relative_to(ENGINE).as_posix() for file in cache_key.files_that_grade(ENGINE)}
    left_out = {name for name in FILES if name.endswith(".py")} - digested
    left_out = {name for name in left_out if not name.startswith(f"{STUDENTS_SIDE}/")}
    assert {name.split("/")[0] for name in left_out} == cache_key.ROOMS_BESIDE_GRADING
    assert {
        (each.file, each.imported)
        for each in IMPORTS
        if each.file in digested and each.imported in left_out
    } == set()


def test_the_students_side_may_not_import_the_engine() -> None:
    """Whatever else the table says."""
    rooms = [room for room in ROOMS if room.name.startswith(f"{STUDENTS_SIDE}/")]
    assert len(rooms) > 5
    assert {
        name for room in rooms for name in room.may_import if STUDENTS_SIDE not in name
    } == set()
    text = "\n".join(text for name, text in FILES.items() if name.startswith(f"{STUDENTS_SIDE}/"))
    assert "import autograder" not in text
    assert "from autograder" not in text


def test_the_two_sides_of_the_boundary_may_not_import_each_other() -> None:
    """Whatever else the table says."""
    host, inside = "sandbox/host/", "sandbox/inside/"
    forbidden = {host: (inside,), inside: (host,), "sandbox/protocol/": (host, inside)}
    may = {room.name: room.may_import for room in ROOMS}
    for room, others in forbidden.items():
        assert "sandbox/" not in may[room], "its `__init__.py` leads to the host's side"
        assert not [name for name in may[room] if name.startswith(others)]


def test_the_process_of_student_code_loads_nothing_of_the_trusted_side() -> None:
    """Not even by way of the `__init__.py` of a package."""
    code = "import autograder.sandbox.inside.zygote, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith("autograder.")]
    assert "autograder.sandbox.inside.worker" in loaded
    allowed = ("sandbox", "edits")
    assert {name.split(".")[1] for name in loaded} == set(allowed)
    assert [name for name in loaded if name.startswith("autograder.sandbox.host")] == []


def test_the_imports_that_are_read_are_those_that_there_are() -> None:
    """One of each kind that the engine has; were none found, nothing would break the table."""
    found = {(each.file, each.imported) for each in IMPORTS}
    assert ("grading/advice.py", "diagnosis/__init__.py") in found
    assert ("cli/audit.py", "audit/__init__.py") in found  # in a function
    assert ("__init__.py", "results.py") in found  # for type checkers


# -- the functions above, on small engines -------------------------------------------------

TABLE = """
| room, file | what it is for | may import |
| --- | --- | --- |
| **`errors.py`** | exceptions | nothing |
| **`course/`** | a course | `errors.py` |
| `release.py` | cells | |
| **`sandbox/`** | the boundary | `sandbox/host/` |
| `limits.py` | limits | |
| **`sandbox/host/`** | the trusted side | `errors.py`, `sandbox/limits.py` |
| `channel.py` | requests | |
"""
SMALL = {
    "errors.py": "",
    "course/__init__.py": "",
    "course/release.py": "from autograder.errors import CourseError",
    "sandbox/limits.py": "",
    "sandbox/host/channel.py": "from autograder.sandbox import limits",
}


def of(table: str, **changed: str) -> list[str]:
    """What is wrong with the small engine after changes; `__` stands for `/` in their paths."""
    files = {**SMALL, **{name.replace("__", "/") + ".py": text for name, text in changed.items()}}
    rooms = read_table(table)
    return [*differences(rooms, files), *breaches(rooms, imports_in(files))]


def test_a_table_is_read_as_rooms_with_their_files() -> None:
    assert read_table(TABLE) == [
        Room("errors.py", frozenset(), ["errors.py"]),
        Room("course/", frozenset({"errors.py"}), ["course/release.py"]),
        Room("sandbox/", frozenset({"sandbox/host/"}), ["sandbox/limits.py"]),
        Room(
            "sandbox/host/",
            frozenset({"errors.py", "sandbox/limits.py"}),
            ["sandbox/host/channel.py"],
        ),
    ]


@pytest.mark.parametrize(
    "row", ["| release | cells | |", "| `a.py` | too few |", "| `a.py` | open | `errors.py` |"]
)
def test_a_row_that_is_neither_room_nor_file_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="file"):
        read_table(f"{TABLE}{row}\n")


def test_an_engine_that_keeps_to_its_table_has_nothing_wrong() -> None:
    assert of(TABLE) == []


def test_files_and_table_must_name_the_same() -> None:
    assert of(TABLE, course__new="") == ["course/new.py is not in the table"]
    assert of(TABLE + "| `gone.py` | | |\n") == ["sandbox/host/gone.py does not exist"]
    assert (
        of(TABLE + "| `channel.py` | | |\n")
        == ["sandbox/host/channel.py is twice in the table"] * 2
    )
    assert of(TABLE.replace("`errors.py` |\n| `rel", "`error.py`, `errors.py` |\n| `rel")) == [
        "course/ may import error.py, which does not exist"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "from autograder.sandbox.limits import Limits",
        "from autograder.sandbox import limits",
        "import autograder.sandbox.limits",
        "from ..sandbox import limits",
        "def late():\n    from autograder.sandbox.limits import Limits",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import autograder.sandbox.limits",
    ],
)
def test_an_import_that_the_table_does_not_permit_is_found(text: str) -> None:
    (wrong,) = of(TABLE, course__release=text)
    assert wrong.startswith("course/release.py:")
    assert wrong.endswith("imports sandbox/limits.py, not open to course/")


def test_a_permitted_file_permits_no_other_of_its_room() -> None:
    more = TABLE.replace("| **`sandbox/host/`**", "| `speed.py` | | |\n| **`sandbox/host/`**")
    used = "from autograder.sandbox.speed import factor"
    assert of(more, sandbox__speed="", sandbox__host__channel=used) == [
        "sandbox/host/channel.py:1 imports sandbox/speed.py, not open to sandbox/host/"
    ]


def test_a_room_within_a_room_is_one_of_its_own() -> None:
    rooms = read_table(TABLE)
    assert [room_of(name, rooms).name for name in ("sandbox/limits.py", "sandbox/host/a.py")] == [
        "sandbox/",
        "sandbox/host/",
    ]
    used = "from autograder.sandbox.host.channel import Channel"
    wide = TABLE.replace("| `errors.py` |", "| `errors.py`, `sandbox/` |")
    assert of(wide, course__release=used) == [
        "course/release.py:1 imports sandbox/host/channel.py, not open to course/"
    ]


def test_a_circle_is_found_however_long_and_wherever_its_imports_stand() -> None:
    files = {
        "a.py": "from autograder.b import x",
        "b.py": "def late():\n    import autograder.c",
        "c.py": "from autograder import a",
        "d.py": "from autograder import a, d",
    }
    assert circles(imports_in(files)) == [["a.py", "b.py", "c.py"]]
    assert circles(imports_in({**files, "c.py": "import a"})) == []


def test_what_few_rooms_share_has_no_place_at_the_root() -> None:
    rooms = [Room("few.py", files=["few.py"]), Room("many.py", files=["many.py"])]
    rooms += [Room("a/"), Room("b/"), Room("c/")]
    imports = [Import(f"{room}/x.py", 1, "many.py") for room in "abc"]
    imports += [Import(file, 1, "few.py") for file in ("a/x.py", "a/y.py", "b/x.py")]
    assert shared_by_few(rooms, imports, set()) == ["few.py"]
    assert shared_by_few(rooms, imports, {"few.py"}) == []
