"""Finding the known misconception that a wrong answer matches, and its hint."""

from autograder.diagnosis.catalogue import (
    Catalogue,
    Misconception,
    as_submission,
    inspect_answer,
    load,
    misconception,
    probes,
)
from autograder.diagnosis.line_at_fault import suspect_line
from autograder.diagnosis.matching import Reaction, agree, diagnose, react, reactions
from autograder.diagnosis.probes import Probe, call, generator, summarize

__all__ = [
    "Catalogue",
    "Misconception",
    "Probe",
    "Reaction",
    "agree",
    "as_submission",
    "call",
    "diagnose",
    "generator",
    "inspect_answer",
    "load",
    "misconception",
    "probes",
    "react",
    "reactions",
    "summarize",
    "suspect_line",
]
