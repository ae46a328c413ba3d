"""What helps a student with an exercise, beside its tests: counterexamples, the line to look at."""

from __future__ import annotations

from autograder.results import Counterexample, ExerciseResult, SuspectLine
from convgrade.safe_text import bounded, plain

MOST_EXAMPLES = 3
LINES, CHARACTERS = 30, 2000


def counterexamples(exercise: ExerciseResult) -> list[Counterexample]:
    """The first of the exercise's counterexamples, each once, though several tests may share it."""
    found = (test.counterexample for test in exercise.tests if not test.passed)
    return list(dict.fromkeys(filter(None, found)))[:MOST_EXAMPLES]


def in_words(example: Counterexample) -> str:
    """In what the answer is wrong, as one sentence, with the right answer where it is shown."""
    right = f" Right: {bounded(example.expected)}" if example.expected else ""
    return plain(f"{bounded(example.wrong)}{right}", lines=False)


def code(example: Counterexample) -> str:
    """The code that repeats the call, of bounded length; empty for models."""
    return plain(bounded(example.code.strip(), LINES, CHARACTERS))


def look_first(suspect: SuspectLine) -> str:
    """The line to look at first, as one sentence."""
    return f"Look first at line {suspect.number} of {suspect.cell}: {suspect.text}"
