"""The old name of `convgrade`, for notebooks that were released with it."""

from __future__ import annotations

from convgrade import *  # noqa: F403
from convgrade import __all__ as __all__
