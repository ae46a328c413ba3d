"""Real datasets that may lie beside the project: never part of it, so what needs them can skip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "CONVGRADE_REAL_DATA"
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"


def real_file(name: str) -> Path:
    """The file, from the folder that the variable names or the one beside the checkout.

    Skips the test, with the reason, where there is none.
    """
    path = Path(os.environ.get(VARIABLE) or BESIDE) / name
    if not path.is_file():
        pytest.skip(f"{name} is not here: {VARIABLE} can name a folder that has it")
    return path
