"""Prints whose hand-in Gradescope wants to be graded: `python -m autograder.ci.gradescope_student`.

Test inputs are drawn from this name, so it must be the same for each hand-in of a student or group.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course.student_names import is_name
from autograder.errors import AutograderError


def student_of(metadata: Any) -> str:
    """The name of a student: the address, or those of a group, in alphabetical order.

    Args:
        metadata: what Gradescope's submission_metadata.json holds.

    Raises:
        AutograderError: it names nobody.
    """
    users = metadata.get("users") if isinstance(metadata, Mapping) else None
    if not isinstance(users, list):
        raise AutograderError("submission_metadata.json has no list `users`.")
    names = sorted({name for user in users if (name := _name_of(user))})
    if not names:
        raise AutograderError("submission_metadata.json names no student.")
    name = "+".join(names).replace("/", "_")
    return name if is_name(name) else hashlib.sha256(name.encode()).hexdigest()


def _name_of(user: Any) -> str:
    if not isinstance(user, Mapping):
        return ""
    return next((str(user[key]) for key in ("email", "id", "name") if user.get(key)), "")


def main() -> None:
    try:
        print(student_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
    except (AutograderError, OSError, ValueError) as error:
        sys.exit(f"autograder: {error}")


if __name__ == "__main__":
    main()
