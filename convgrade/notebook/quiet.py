"""Hides TensorFlow's log in the notebook, where it looks like an error in a red box.

An environment variable silences TensorFlow's log, but not what its libraries log while they are
loaded. So standard error goes into a file during the first import, and everything that is not part
of the log is printed afterwards. Setting the variable to anything but 3 shows the whole log.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

LEVEL = "TF_CPP_MIN_LOG_LEVEL"
ONLY_WHAT_IS_FATAL = "3"
REMARK = re.compile(
    rb"^(?:WARNING: All log messages before absl::InitializeLog\(\)"
    rb"|[IWE]\d{4} \d\d:\d\d:\d+\."
    rb"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] )[^\n]*\n?",
    re.MULTILINE,
)
STDERR = 2


def keep_the_log_quiet() -> None:
    """Hide the log of a TensorFlow that has not been imported yet."""
    if os.environ.setdefault(LEVEL, ONLY_WHAT_IS_FATAL) != ONLY_WHAT_IS_FATAL:
        return
    known = any(type(finder).__name__ == QuietFinder.__name__ for finder in sys.meta_path)
    if not known and "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, QuietFinder())


class QuietFinder(importlib.abc.MetaPathFinder):
    """Finds TensorFlow as usual, and loads it without its log."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find TensorFlow, and replace its loader by a quiet one."""
        if fullname != "tensorflow":
            return None
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            load: Any = spec.loader.exec_module

            def quietly(module: ModuleType) -> None:
                with without_remarks():
                    load(module)

            spec.loader.exec_module = quietly  # type: ignore[method-assign]
        return spec


@contextlib.contextmanager
def without_remarks() -> Iterator[None]:
    """Keep the log out of standard error; show everything if an error is raised."""
    try:
        kept = tempfile.TemporaryFile()  # noqa: SIM115 (closed below)
        saved = os.dup(STDERR)
    except OSError:  # no room for a file, or no standard error: the log is shown
        yield
        return
    remark: re.Pattern[bytes] | None = None
    try:
        os.dup2(kept.fileno(), STDERR)
        yield
        remark = REMARK
    finally:
        os.dup2(saved, STDERR)
        os.close(saved)
        kept.seek(0)
        printed = kept.read()
        kept.close()
        with contextlib.suppress(OSError):
            os.write(STDERR, remark.sub(b"", printed) if remark else printed)
