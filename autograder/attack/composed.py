"""Two misconceptions of one function as the text of one function that makes both mistakes.

`diagnosis.composing` does the same with the functions themselves, in the grader's process.
"""

from __future__ import annotations

import inspect
import textwrap

from autograder.attack.material import Material
from autograder.counterexamples.asking import right_value
from autograder.diagnosis import Misconception
from autograder.diagnosis.catalogue import Function, carried_code
from autograder.diagnosis.composing import NotComposable, calls, compose

Pair = tuple[Misconception, Misconception]
_TRIED = 12


def composed(
    material: Material, one: Misconception, other: Misconception
) -> tuple[str, str] | None:
    """The name of the function and its code; None if the two mistakes cannot be made at once."""
    base = material.catalogue.bases.get(one.replaces)
    together = compose(material.catalogue, one.replaces, one.function, other.function)
    if base is None or together is None or not _works(material, one.replaces, together):
        return None
    outer, inner = (one, other) if calls(one.function, base) else (other, one)
    return outer.name, _text(outer, inner, base)


def _works(material: Material, function: str, together: Function) -> bool:
    """Whether no drawn call makes both exchange the same part."""
    for number in range(_TRIED):
        given = material.domain.input(number)
        if given is not None and given.generator.function == function:
            try:
                right_value(together, given.example)
            except NotComposable:
                return False
            except Exception:
                continue
    return True


def _text(outer: Misconception, inner: Misconception, base: Function) -> str:
    parameters = inspect.signature(base).parameters.values()
    contract = tuple(each.name for each in parameters if each.kind is not each.KEYWORD_ONLY)
    right = base.__name__
    inner_code = carried_code(inner.function)
    if calls(inner.function, base):
        inner_code += (
            f"\n\n_right = {right}\n\ndef {right}(*args, **kwargs):\n"
            "    return _right(*args, **{**_exchanged, **kwargs})"
        )
    return (
        "_exchanged = {}\n\n"
        f"def _inner():\n{textwrap.indent(inner_code, '    ')}\n    return {inner.name}\n\n"
        "_inner = _inner()\n\n"
        f"{carried_code(outer.function)}\n\n"
        f"def {right}(*args, **kwargs):\n"
        "    _exchanged.clear()\n"
        f"    _exchanged.update({{k: v for k, v in kwargs.items() if k not in {contract!r}}})\n"
        f"    return _inner(*args, **{{k: v for k, v in kwargs.items() if k in {contract!r}}})"
    )
