"""Digests of what the hints of a wrong answer depend on, beside the answer and its suite."""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Iterator

from autograder.course.assignment import Assignment
from autograder.grading.suite_digests import suite_digests

_TEXTS_ONLY = ("hint", "aspect")


def diagnosis_digests(assignment: Assignment) -> dict[str, str]:
    """For each exercise, a digest of its probes, its inspection and how mistakes are recognised.

    Neither texts of hints nor the functions of other misconceptions count.
    """
    return _digests(assignment, with_functions=False)


def catalogue_digests(assignment: Assignment) -> dict[str, str]:
    """For each exercise, the same with the functions of all its misconceptions."""
    return _digests(assignment, with_functions=True)


def _digests(assignment: Assignment, *, with_functions: bool) -> dict[str, str]:
    file = assignment.misconceptions_file
    text = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    tree = ast.parse(text)
    names = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.isidentifier()
    }
    modules = [f"{name}.py" for name in sorted(names)]
    around = "".join(suite_digests(assignment.suite_folder, modules))
    return {
        each.name: hashlib.sha256(
            "\n".join([around, *_of_exercise(tree, each.name, with_functions)]).encode()
        ).hexdigest()
        for each in assignment.exercises
    }


def _of_exercise(tree: ast.Module, exercise: str, with_functions: bool) -> Iterator[str]:
    for node in tree.body:
        mark = _mark(node)
        name = ast.unparse(mark.func) if mark else ""
        if name == "misconception" and mark is not None:
            if mark.args and ast.literal_eval(mark.args[0]) == exercise:
                yield ast.dump(_without_texts(mark))
                if with_functions and isinstance(node, ast.FunctionDef):
                    yield ast.dump(ast.Module(node.body, []))
        elif name != "variant" or with_functions:
            yield ast.dump(node)


def _mark(node: ast.stmt) -> ast.Call | None:
    marks = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return next((each for each in marks if isinstance(each, ast.Call)), None)


def _without_texts(mark: ast.Call) -> ast.Call:
    bare = copy.deepcopy(mark)
    bare.args = bare.args[:1]
    bare.keywords = [each for each in bare.keywords if each.arg not in _TEXTS_ONLY]
    return bare
