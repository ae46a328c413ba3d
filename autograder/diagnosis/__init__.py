"""Finding the known misconception that a wrong answer matches, and its hint."""

from autograder.diagnosis.catalogue import (
    Catalogue,
    Misconception,
    as_code,
    as_submission,
    inspect_answer,
    load,
    misconception,
    probes,
    right_answer,
    variant,
)
from autograder.diagnosis.diagnosing import diagnose
from autograder.diagnosis.inspecting import look, look_into, suite_module
from autograder.diagnosis.line_at_fault import suspect_line
from autograder.diagnosis.probes import Call, Probe, call, generator, summarize
from autograder.diagnosis.reactions import Reaction, agree, ask, react, reactions

__all__ = [
    "Call",
    "Catalogue",
    "Misconception",
    "Probe",
    "Reaction",
    "agree",
    "as_code",
    "as_submission",
    "ask",
    "call",
    "diagnose",
    "generator",
    "inspect_answer",
    "load",
    "look",
    "look_into",
    "misconception",
    "probes",
    "react",
    "reactions",
    "right_answer",
    "suite_module",
    "summarize",
    "suspect_line",
    "variant",
]
