"""Text in code: what a student says to a reader in comments and strings."""

from __future__ import annotations

import time

import pytest

from convgrade.submission.prose import said_in_code, texts

SENTENCE = "Pooling makes the maps of the next layer smaller."


@pytest.mark.parametrize(
    "source",
    [
        f'"""{SENTENCE}"""',
        f"answer = '{SENTENCE}'",
        f'answer = (\n    "{SENTENCE[:18]}"\n    "{SENTENCE[18:]}"\n)',
        f'print(f"{SENTENCE}")',
        f"# {SENTENCE}\nx = 1",
        f"%%html\n{SENTENCE}",
    ],
)
def test_strings_and_comments_are_text(source):
    assert said_in_code(source)[0].split() == SENTENCE.split()


@pytest.mark.parametrize(
    "source",
    [
        f'def f():\n    """{SENTENCE}"""',
        'path = "/content/drive/a.csv"',
        f"if True:\n    print('{SENTENCE}')",
        "import numpy as np",
    ],
)
def test_definitions_paths_and_imports_say_nothing(source):
    assert said_in_code(source)[0] == ""


def test_a_text_in_another_script_is_text():
    assert said_in_code('answer = "池化层减小特征图的尺寸使后面的层计算量更少。"')[0]


def test_texts_come_in_the_order_of_their_lines():
    source = f'"""Title"""\n\nx = "{SENTENCE}"\n\n# after it\n# in two lines\n\ny = 1\n'
    found = [(text.line, text.text) for text in texts(source)]
    assert found == [(1, "Title"), (3, SENTENCE), (5, "after it\nin two lines")]


def test_a_comment_right_above_code_is_known():
    above, alone = texts("# about x\nx = 1\n\n# alone\n\ny = 2\n")
    assert (above.is_above_code, alone.is_above_code) == (True, False)


@pytest.mark.parametrize(
    "source",
    ["# a b c d\n" * 100_000, '"' * 500_000, "'a b' " * 150_000, "é" * 500_000, "#\n\n" * 200_000],
)
def test_long_texts_take_bounded_time(source):
    started = time.process_time()
    said_in_code(source)
    list(texts(source))
    assert time.process_time() - started < 10
