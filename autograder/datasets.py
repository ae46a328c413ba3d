"""The old name of `convgrade.datasets`, for notebooks that were released with it."""

from __future__ import annotations

from convgrade.datasets import *  # noqa: F403
from convgrade.datasets import __all__ as __all__
from convgrade.datasets import synthetic_flowers as synthetic_flowers
