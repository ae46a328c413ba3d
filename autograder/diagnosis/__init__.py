"""Which known misconception a wrong answer matches, and the hint that it deserves."""

from autograder.diagnosis.catalogue import (
    Catalogue,
    Misconception,
    Probe,
    as_submission,
    call,
    load,
    looks_at,
    misconception,
    probes,
)
from autograder.diagnosis.matching import Reaction, agree, diagnose, react, reactions

__all__ = [
    "Catalogue",
    "Misconception",
    "Probe",
    "Reaction",
    "agree",
    "as_submission",
    "call",
    "diagnose",
    "load",
    "looks_at",
    "misconception",
    "probes",
    "react",
    "reactions",
]
