"""Small inputs of a student's own on which a function is wrong, for each failed test."""

from autograder.counterexamples.draws import Draw
from autograder.counterexamples.examples import OMITTED, Example, built, call, refused
from autograder.counterexamples.finding import Found, find
from autograder.counterexamples.generators import Course, counterexamples, load
from autograder.diagnosis.probes import generator

__all__ = [
    "OMITTED",
    "Course",
    "Draw",
    "Example",
    "Found",
    "built",
    "call",
    "counterexamples",
    "find",
    "generator",
    "load",
    "refused",
]
