"""Finds names, attributes and calls in a hidden suite that cannot work, without running a test."""

from __future__ import annotations

import ast
import builtins
import difflib
import inspect
import symtable
from collections.abc import Collection, Iterator
from types import FunctionType, ModuleType

import numpy as np

from autograder.suite.student import Student, StudentFunction

Faults = Iterator[tuple[int, str]]
"""The line of each fault, and what is wrong."""
_OF_MODULES = {"__file__", "__name__", "__doc__", *dir(builtins)}


def unknown_names(tree: ast.Module, source: str, known: Collection[str] = ()) -> Faults:
    """Names that a function uses, and that neither the source nor `known` defines."""
    module = symtable.symtable(source, "suite", "exec")
    if any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)
    ):
        return
    defined = {each.get_name() for each in module.get_symbols() if _is_set(each)}
    defined |= {*known, *_OF_MODULES}
    unknown = {name for name in _global_names(module) if name not in defined}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in unknown:
            yield node.lineno, f"nothing is called {node.id!r}."


def _is_set(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    """The names that this scope, or one inside it, looks up in the module."""
    at_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (at_top or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _global_names(inner)


def unknown_functions(tree: ast.Module, functions: Collection[str]) -> Faults:
    """Functions of students that the source does not define, and attributes that none has."""
    known = {*functions, *dir(Student)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if _is_student(node.value) and node.attr not in known:
            yield node.lineno, f"student.{node.attr}: no cell of the source defines {node.attr!r}."
        if (
            isinstance(node.value, ast.Attribute)
            and _is_student(node.value.value)
            and node.value.attr in functions
            and not hasattr(StudentFunction, node.attr)
        ):
            yield node.lineno, _no_attribute(node, dir(StudentFunction))


def _is_student(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "student"


def unknown_attributes(tree: ast.Module, module: ModuleType) -> Faults:
    """Attributes of imported modules, or of `rng`, that they do not have."""
    hidden = _hidden_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner: object = _module_called(node.value, module, hidden)
            if isinstance(node.value, ast.Name) and node.value.id == "rng":
                owner = np.random.Generator
            if owner is not None and not hasattr(owner, node.attr):
                yield node.lineno, _no_attribute(node, dir(owner))


def wrong_calls(tree: ast.Module, module: ModuleType) -> Faults:
    """Calls of functions of the suite or of imported modules with other parameters."""
    hidden = _hidden_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not _has_stars(node):
            function = _function_called(node.func, module, hidden)
            if function is None:
                continue
            try:
                inspect.signature(function).bind(
                    *node.args, **{str(each.arg): each.value for each in node.keywords}
                )
            except TypeError as error:
                yield node.lineno, f"{ast.unparse(node.func)}: {error}."


def _no_attribute(node: ast.Attribute, known: Collection[str]) -> str:
    close = difflib.get_close_matches(node.attr, [name for name in known if name[0] != "_"], 1)
    meant = f"; did you mean {close[0]!r}?" if close else "."
    return f"{ast.unparse(node)}: there is no {node.attr!r}{meant}"


def _hidden_names(tree: ast.Module) -> set[str]:
    """Names that do not mean the same everywhere in a suite."""
    parameters = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return parameters | stored


def _module_called(node: ast.expr, module: ModuleType, hidden: set[str]) -> ModuleType | None:
    if not isinstance(node, ast.Name) or node.id in hidden:
        return None
    found = vars(module).get(node.id)
    return found if isinstance(found, ModuleType) else None


def _function_called(node: ast.expr, module: ModuleType, hidden: set[str]) -> FunctionType | None:
    found: object = None
    if isinstance(node, ast.Name) and node.id not in hidden:
        found = vars(module).get(node.id)
    elif isinstance(node, ast.Attribute):
        found = getattr(_module_called(node.value, module, hidden), node.attr, None)
    return found if isinstance(found, FunctionType) else None


def _has_stars(node: ast.Call) -> bool:
    return any(isinstance(each, ast.Starred) for each in node.args) or any(
        each.arg is None for each in node.keywords
    )
