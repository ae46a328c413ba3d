"""Edits of functions: mistakes made on purpose, in the text and in its syntax tree."""

from __future__ import annotations

import ast

import pytest

from autograder.edits import edits_of, mistakes

TEXT = '''"""A module."""

import numpy as np


def pool(x, size, stride=2):
    """Pools."""
    if size < 1:
        raise ValueError(f"size is {size + 1}")
    rows = (len(x) - size) // stride + 1
    out = np.zeros(rows)
    for row in range(rows):
        start = row * stride
        out[row] = x[start : start + size].max()
    return out
'''


def changed_lines(text: str) -> set[int]:
    before, after = TEXT.split("\n"), text.split("\n")
    return {n for n, (a, b) in enumerate(zip(before, after, strict=True), 1) if a != b}


def made(kind: str) -> list[str]:
    found = [each.make() for each in mistakes(TEXT) if each.kind == kind]
    return [each.text for each in found if each]


def test_every_mistake_is_python_and_differs_from_the_right_text():
    texts = [each.text for each in (planned.make() for planned in mistakes(TEXT)) if each]
    assert len(texts) > 100
    for text in texts:
        assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(TEXT))


def test_a_mistake_knows_its_line():
    for planned in mistakes(TEXT):
        mistake = planned.make()
        if mistake and planned.kind in ("operator", "comparison", "constant", "name", "function"):
            assert changed_lines(mistake.text) == mistake.lines


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("operator", "    rows = (len(x) + size) // stride + 1"),
        ("comparison", "    if size <= 1:"),
        ("term dropped", "    rows = (len(x) - size) // stride"),
        ("grouping", "    rows = (len(x) - size) // (stride + 1)"),
        ("constant", "def pool(x, size, stride=3):"),
        ("function", "        out[row] = x[start:start + size].min()"),
        ("bound dropped", "        out[row] = x[start:].max()"),
        ("name", "        start = row * size"),
        ("depth", "    out[row] = x[start : start + size].max()"),
    ],
)
def test_usual_mistakes_are_made(kind, line):
    assert any(line in text.split("\n") for text in made(kind))


def test_a_dropped_statement_leaves_no_trace():
    assert any(
        "start = row" not in text and "pass" not in text for text in made("statement dropped")
    )


def test_messages_and_texts_stay_as_they_are():
    for planned in mistakes(TEXT):
        mistake = planned.make()
        if mistake and planned.kind != "statement dropped":
            assert '"""Pools."""' in mistake.text
            assert "{size + 1}" in mistake.text or planned.kind in ("name", "depth")


def test_an_edit_takes_itself_back():
    (definition,) = [n for n in ast.parse(TEXT).body if isinstance(n, ast.FunctionDef)]
    before = ast.dump(definition)
    for edit in edits_of(definition, insertions=True):
        with edit.applied():
            assert ast.dump(definition) != before or edit.kind in ("term added", "swapped")
        assert ast.dump(definition) == before


def test_only_what_ran_is_edited():
    (definition,) = [n for n in ast.parse(TEXT).body if isinstance(n, ast.FunctionDef)]
    assert {edit.line for edit in edits_of(definition, {10}) if edit.line > 6} == {10}


def test_what_is_made_for_rows_is_offered_for_columns():
    text = "def f(h, w, s):\n    rows = h // s\n    columns = w\n    return rows, columns\n"
    (definition,) = ast.parse(text).body
    found = []
    for edit in edits_of(definition, insertions=True):
        with edit.applied():
            found.append(ast.unparse(definition))
    assert any("columns = w // s" in each for each in found)
