"""What variants say in place of the default's words: in contracts, titles, messages and hints."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import diagnosis
from autograder.course.assignment import Assignment, load_assignment
from autograder.variants.options import declared, reworded

ROOT = Path(__file__).resolve().parents[2]
COMPUTED = ("window=Window(", "reshape(", "np.flip(")
"""In texts that replace each other's results, or that are made for all shapes alike."""


def texts_of(assignment: Assignment) -> Iterator[str]:
    """All texts that students read of the default: notebook, hints, titles and messages."""
    yield from (each.source for each in assignment.source_cells)
    for misconception in diagnosis.load(assignment).misconceptions:
        yield from misconception.steps
    for file in assignment.suite_file("any").parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@pytest.mark.parametrize("name", ["pooling_padding", "lenet5", "alexnet"])
def test_what_is_replaced_is_there(name: str) -> None:
    assignment = load_assignment(name, ROOT)
    texts = list(texts_of(assignment))
    missing = {
        old
        for options in declared(assignment).values()
        for option in options.values()
        for old in option.words
        if not any(mark in old for mark in COMPUTED) and not any(old in text for text in texts)
    }
    assert not missing


@pytest.mark.parametrize(
    ("name", "variant", "mistake", "said"),
    [
        ("lenet5", "connections=columns", "c3_connection_table_is_turned", "map of S2."),
        ("lenet5", "confusion=predicted-rows", "confusion_matrix_is_turned", "for the true ones"),
        ("lenet5", "maps=first", "trainable_subsampling_weighs_columns", "are the second axis"),
        ("alexnet", "top-k=error", "top_k_accuracy_is_an_error", "like the share of right answers"),
        ("alexnet", "top-k=columns", "top_k_accuracy_sorts_examples", "the classes in that column"),
        ("alexnet", "crops=pairs", "ten_crop_turns_upside_down", "Your mirror images look as if"),
        ("pooling_padding", "layout=nchw", "zero_pad2d_takes_channels_first", "is batch, channels"),
    ],
)  # fmt: skip
def test_the_hint_for_who_answers_the_default_is_about_the_own_contract(
    name: str, variant: str, mistake: str, said: str
) -> None:
    assignment = load_assignment(name, ROOT)
    difference, option = variant.split("=")
    words = declared(assignment)[difference][option].words
    (found,) = (each for each in diagnosis.load(assignment).misconceptions if each.name == mistake)
    assert said not in found.steps[-1]
    assert said in reworded(found.steps[-1], words)
