"""The public check of examples that students give before they write a function.

It says what can be said at home: whether the examples have the right form and differ. Whether the
answers are right, and which mistakes they would show, is said when the work is graded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from convgrade.notebook.calls import describe
from convgrade.notebook.checks import (
    CheckFailed,
    NotWrittenYet,
    check,
    check_raises,
    is_of_a_library,
    say_passed,
)
from convgrade.notebook.differences import shown
from convgrade.notebook.examples import FEWEST, MOST, Given, read


def check_examples(
    examples: Callable[[], Any], /, *signatures: str, function: Callable[..., Any] | None = None
) -> None:
    """Check the form of examples: enough of them, all different, arguments that there are.

    Whether the answers are right is said when the work is graded.

    Args:
        examples: the function that returns the list of examples.
        signatures: the functions that are called, each as "name(x, size=2)".
        function: your own function, once it is written: the examples check it.

    Raises:
        NotWrittenYet: the examples are not written yet.
        CheckFailed: an example has not the right form, or `function` answers otherwise.

    Example:
        `check_examples(examples_output_size, "output_size(size, window, stride=1)")`
    """
    __tracebackhide__ = True
    name = examples.__name__
    found = _given(examples, name)
    if len(found) < FEWEST:
        raise CheckFailed(f"✗ {name} gives {len(found)} of at least {FEWEST} examples.")
    known = dict(_parameters(each) for each in signatures)
    for number, given in enumerate(found, 1):
        if problem := given.problem or _misfit(given, known):
            raise CheckFailed(f"✗ Example {number} {problem}.")
    main = next(iter(known), "")
    for number, given in enumerate(found, 1):
        say_passed(f"example {number}: {_described(given, main)}")
    if unset := _never_set(found, known.get(main, [])):
        print(f"No example sets {' or '.join(unset)}. What happens there is not shown yet.")
    if function is not None:
        _check_function(function, [each for each in found if not each.function])


def _given(examples: Callable[[], Any], name: str) -> list[Given]:
    """The examples that a function returns."""
    __tracebackhide__ = True
    try:
        value = examples()
    except NotImplementedError as error:
        if is_of_a_library(error):
            raise
        raise NotWrittenYet(f"· {name} is not written yet.") from None
    try:
        found = read(value)
    except ValueError as error:
        raise CheckFailed(f"✗ What {name} returns {error}.") from None
    if len(value) > MOST:
        raise CheckFailed(f"✗ {name} gives {len(value)} examples, and at most {MOST} count.")
    return found


def _parameters(signature: str) -> tuple[str, list[tuple[str, bool]]]:
    """The function's name, and its parameters, each with whether it must be given."""
    node = ast.parse(f"def {signature}: pass").body[0]
    assert isinstance(node, ast.FunctionDef)
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    needed = len(names) - len(node.args.defaults)
    found = [(name, place < needed) for place, name in enumerate(names)]
    keywords = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return node.name, found + [(each.arg, default is None) for each, default in keywords]


def _misfit(given: Given, known: Mapping[str, Sequence[tuple[str, bool]]]) -> str:
    """Why no call has these arguments, as the end of a sentence; "" if one has."""
    if not known:
        return ""
    name = given.function or next(iter(known))
    if name not in known:
        return f"calls {name!r}; the functions of this exercise are {', '.join(known)}"
    parameters = [parameter for parameter, _ in known[name]]
    if len(given.args) > len(parameters):
        return f"has {len(given.args)} arguments, and {name} takes {len(parameters)}"
    for word in given.kwargs:
        if word not in parameters:
            return f"sets {word!r}; the arguments of {name} are {', '.join(parameters)}"
    placed = parameters[: len(given.args)]
    if twice := [word for word in given.kwargs if word in placed]:
        return f"gives {twice[0]!r} twice"
    missing = {word for word, is_needed in known[name] if is_needed} - {*placed, *given.kwargs}
    return f"does not give {sorted(missing)[0]!r}, which {name} needs" if missing else ""


def _never_set(found: Sequence[Given], parameters: Sequence[tuple[str, bool]]) -> list[str]:
    names = [name for name, _ in parameters]
    own = [each for each in found if not each.function]
    given = {name for each in own for name in (*names[: len(each.args)], *each.kwargs)}
    return [name for name in names if name not in given] if own else []


def _described(given: Given, main: str) -> str:
    def called() -> None: ...

    called.__name__ = given.function or main or "call"
    call = describe(called, given.args, given.kwargs, {})
    return f"{call} {'raises ValueError' if given.raises else f'gives {_brief(given.expected)}'}"


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size > 4:
        return f"an array of shape {value.shape}"
    return shown(value.tolist() if isinstance(value, np.ndarray) else value)


def _check_function(function: Callable[..., Any], found: Sequence[Given]) -> None:
    """Check a student's own function on the examples."""
    __tracebackhide__ = True
    for given in found:
        kwargs = dict(given.kwargs)
        if given.raises:
            check_raises(function, *given.args, **kwargs)
        else:
            check(function, *given.args, expected=given.expected, **kwargs)
