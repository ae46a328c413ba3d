"""Which code gets no questions: code that could notice that it is watched.

It is a list of words, searched in the text. It is meant to be strict: who uses such a word gets no
question, and loses nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WATCHING = re.compile(
    r"\b(settrace|setprofile|gettrace|getprofile|_getframe|_current_frames|f_back|f_locals|f_code"
    r"|f_lineno|tb_frame|co_(code|consts|names|varnames|filename|firstlineno|lines)|__code__"
    r"|__globals__|__builtins__|__traceback__|__closure__|sys\.monitoring|sys\.modules|setattr"
    r"|delattr|_q_\w+|autograder\.(sandbox|edits|questions|suite)|convgrade\.execution)\b"
    r"|\b(import|from)[ \t]+[\w., \t]*\b(inspect|gc|ctypes|linecache|tracemalloc|dis|pdb|bdb"
    r"|faulthandler|trace|sysconfig|importlib)\b"
)
_CHANGING = re.compile(
    r"^\s*(np|numpy|math|builtins|sys|os|keras|tf|tensorflow|scipy|random|copy|operator|functools"
    r"|itertools|autograder|convgrade)\.[\w.]+[ \t]*(=(?!=)|[-+*/|&]=)",
    re.MULTILINE,
)
_UNSTEADY = re.compile(
    r"(?<![.\w])(exec|eval|compile|globals|locals|vars|open|input|id|hash|breakpoint|__import__)"
    r"[ \t]*\("
    r"|\b(import|from)[ \t]+[\w., \t]*\b(time|datetime|os|threading|signal|secrets|uuid|atexit"
    r"|multiprocessing|subprocess|platform|resource|socket|pickle)\b"
    r"|\b(perf_counter|monotonic|process_time|time_ns|getrandbits|urandom)\b"
)


def reason_against(cells: Sequence[str]) -> str:
    """Why a submission gets no question at all, in one sentence; empty if nothing is against it."""
    for text in cells:
        found = _WATCHING.search(text) or _CHANGING.search(text)
        if found:
            return f"The code uses {found.group().strip(' =')}: it could notice that it is watched."
    return ""


def reason_against_part(texts: Sequence[str]) -> str:
    """Why one exercise gets no question, from the definitions that it uses; empty if none."""
    for text in texts:
        if found := _UNSTEADY.search(text):
            word = found.group().strip(" (")
            return f"The function uses {word}: it may do something else another time."
    return ""
