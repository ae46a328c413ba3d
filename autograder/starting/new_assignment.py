"""A new assignment for a course: small, and complete enough to be built, graded and audited."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from pathlib import Path
from string import Template

from autograder.course.assignment import assignment_names
from autograder.errors import AutograderError, CourseError
from autograder.starting.new_files import write_new

TEMPLATES = Path(__file__).with_name("templates")
FILES = {
    "source/{name}/{name}.py": "source.py",
    "tests/hidden/{name}/test_moving_maximum.py": "suite.py",
    "tests/misconceptions/{name}.py": "misconceptions.py",
    "tests/misconceptions/hints/{name}.md": "hints.md",
    "tests/counterexamples/{name}.py": "counterexamples.py",
    "tests/right/{name}/shifted.py": "right.py",
    "source/{name}/assignment.toml": "assignment.toml",
}
"""Where each template belongs. The last file makes the others an assignment."""
MOST_CHARACTERS = 60
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def new_assignment(name: str, root: Path) -> list[Path]:
    """Add an assignment with one exercise and one written question to the course at `root`.

    Returns:
        The files that were written. After an error or Ctrl-C there are none of them.

    Raises:
        AutograderError: the name cannot be one of an assignment.
        CourseError: the course has an assignment of that name, or files of one.
    """
    require_assignment_name(name)
    if name in assignment_names(root):
        raise CourseError(f"The course has an assignment {name} already: choose another name.")
    texts = {path.format(name=name): _filled(template, name) for path, template in FILES.items()}
    for path in map(Path, texts):
        own = path.parent if path.parent.name == name else path
        if (root / own).exists():
            raise CourseError(
                f"{own} exists, though there is no assignment {name}: remove it, or choose another "
                "name."
            )
    write_new(root, texts)
    return [root / path for path in texts]


def require_assignment_name(name: str) -> None:
    """Refuse a name that cannot be that of an assignment, its folders, files and modules.

    Raises:
        AutograderError: it has other characters, is too long, or is that of an installed module.
    """
    if not _NAME.fullmatch(name) or len(name) > MOST_CHARACTERS:
        shown = ascii(name if len(name) <= MOST_CHARACTERS else name[:MOST_CHARACTERS] + "…")
        raise AutograderError(
            f"{shown} cannot be the name of an assignment: use small letters a to z, digits and _, "
            f"at most {MOST_CHARACTERS} of them, and a letter first, as in moving_maximum."
        )
    if keyword.iskeyword(name) or _is_module(name):
        raise AutograderError(
            f"{name} means something else to Python, as in `import {name}`: choose another name."
        )


def _is_module(name: str) -> bool:
    if name in sys.stdlib_module_names:
        return True
    found = importlib.util.find_spec(name)
    return found is not None and found.origin is not None  # a folder without modules has no origin


def _filled(template: str, name: str) -> bytes:
    text = (TEMPLATES / f"{template}.template").read_text(encoding="utf-8")
    title = name.replace("_", " ").strip().capitalize()
    return Template(text).substitute(title=title).encode()
