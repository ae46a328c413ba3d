"""In the worker process: reports that an installed library is being imported.

The trusted side reads a byte that is set while the main thread imports a module from a folder of
installed libraries. This time does not count as computing. The byte is a claim, and what a false
claim can gain is bounded (`Limits.import_seconds`).
"""

from __future__ import annotations

import ctypes
import importlib
import mmap
import sys
import threading
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any


def report_imports(descriptor: int) -> None:
    """Report imports from now on in that file's first byte; the descriptor may then be closed."""
    shared = _mapped(descriptor)
    libraries = [path for path in sys.path if path]
    load: Any = importlib._bootstrap._find_and_load  # type: ignore[attr-defined]
    main = threading.main_thread().ident

    def find_and_load(name: str, import_: Any) -> ModuleType:
        if shared.value or threading.get_ident() != main or not _is_installed(name, libraries):
            return load(name, import_)  # type: ignore[no-any-return]
        shared.value = 1
        try:
            return load(name, import_)  # type: ignore[no-any-return]
        finally:
            shared.value = 0

    # Python leaves frames of this file name out of tracebacks
    code = find_and_load.__code__
    find_and_load.__code__ = code.replace(co_filename=load.__code__.co_filename)
    importlib._bootstrap._find_and_load = find_and_load  # type: ignore[attr-defined]


def _mapped(descriptor: int) -> ctypes.c_ubyte:
    """The first byte of a file as shared memory; `mmap.mmap` would keep a descriptor open."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    address = libc.mmap(None, 1, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED, descriptor, 0)
    if address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "the shared byte cannot be mapped")
    return ctypes.c_ubyte.from_address(address)


def _is_installed(name: str, libraries: list[str]) -> bool:
    top = name.partition(".")[0]
    if top in sys.modules or top in sys.builtin_module_names:
        return top in sys.modules and _lies_among(sys.modules[top], libraries)
    try:
        return PathFinder.find_spec(top, libraries) is not None
    except Exception:  # a module without a readable location is not an installed library
        return False


def _lies_among(module: ModuleType, libraries: list[str]) -> bool:
    file = getattr(module, "__file__", None) or ""
    return any(file.startswith(path.rstrip("/") + "/") for path in libraries)
