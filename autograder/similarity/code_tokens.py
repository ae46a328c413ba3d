"""The tokens of code, with the names that its author chose told apart from those that are given."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Name, String, Text

from autograder.similarity.fragments import Token
from autograder.similarity.normal_form import Line, normal_lines

MAX_CHARACTERS = 50_000
"""So much of one block is compared; the rest is left out."""

_BUILT_IN = frozenset(dir(builtins))
_LEFT_OUT = frozenset("()]},:;")
_LEXER = PythonLexer(stripnl=False, ensurenl=False)


def code_tokens(text: str, given: frozenset[str]) -> list[Token]:
    """Return the tokens of a block of code, each with the first and last line of its statement.

    Args:
        text: Python code. If it cannot be parsed, its tokens are those of the text as it is.
        given: names that the assignment gives.
    """
    text = text[:MAX_CHARACTERS]
    lines = normal_lines(text)
    if lines is None:
        lines = [Line("", number, number) for number in range(text.count("\n") + 1)]
    else:
        text = "\n".join(line.code for line in lines)
    return [
        Token(word, lines[number].first, lines[number].last, is_chosen)
        for word, is_chosen, number in _words(text, given)
    ]


def _words(text: str, given: frozenset[str]) -> Iterator[tuple[str, bool, int]]:
    """Yield the tokens that say something, whether they are chosen, and their line, from 0.

    All parts of a string are one token.
    """
    number, owner, before = 0, "", ""
    for kind, word in _LEXER.get_tokens(text):
        line, number = number, number + word.count("\n")
        if kind in String:
            if kind is String.Doc or before == "S":
                continue
            word, is_chosen = "S", False
        elif kind in Comment or kind in Text or not word.strip():
            continue
        else:
            is_attribute = before == "." and owner != "self"
            is_chosen = kind in Name and not (is_attribute or word in given or word in _BUILT_IN)
        if word not in _LEFT_OUT:
            yield word, is_chosen, line
        owner, before = before, word
