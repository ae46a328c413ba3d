"""Results of every kind that can be published, made by hand; and every text in them is hostile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograder.results import (
    Counterexample,
    Examples,
    ExerciseResult,
    Fault,
    Hint,
    Observed,
    Outcome,
    Result,
    SuspectLine,
    TestResult,
    WrittenResult,
)
from autograder.suite.training import TrainingRecord

DIGEST = "0123456789abcdef" * 4
HOSTILE = (
    "\x1b[2J<script>alert(1)</script>\n::error::x\r##[group]y | **b** _i_ `c` [l](http://x) "
    "![p](x.png) @all #1 https://evil.example ~~s~~ $m$ \u202e\x00\ud800 %0A,:&amp;]]>"
)
EXAMPLE = Counterexample(
    code="import numpy as np\n\nsize(np.arange(6))",
    answer="3",
    wrong="size returned 3 instead of another number.",
    numbers=6,
)
GIVEN = Examples(3, 1, 1, 2, 8, ("Example 2 expects an answer that is not right.",))
TRAINING = TrainingRecord("digits", 0.9, (0.95, 0.9123, 0.93)).as_plain()


def one_test(outcome: str = "failed", name: str = "test_b", **more: Any) -> TestResult:
    """One hidden test."""
    message = "" if outcome == "passed" else f"It ended as {outcome}."
    more = {"message": message, "detail": "expected 4", **more}
    return TestResult(name, "Handles strides.", "hidden", Outcome(outcome), 2.0, **more)


def exercise(*tests: TestResult, outcome: str = "failed", **more: Any) -> ExerciseResult:
    """One exercise of 3 points with these tests."""
    more = {"score": 3.0 if outcome == "passed" else 1.0, "suite_digest": DIGEST, **more}
    return ExerciseResult("size", max_score=3.0, outcome=Outcome(outcome), tests=tests, **more)


def graded(*exercises: ExerciseResult, **more: Any) -> Result:
    """A graded submission."""
    entries: dict[str, Any] = {
        "assignment": "edges",
        "student": "ada",
        "submission": "work/ada.ipynb",
        "status": "graded",
        "exercises": exercises,
        "written": (WrittenResult("why", 4.0, "needs_marking"),),
        "isolation": "namespaces",
        "seconds": 0.5,
        "seed": "00ff",
        "submission_digest": DIGEST,
        "engine_digest": DIGEST,
        "versions": {"numpy": "2.4"},
    }
    return Result(**{**entries, **more})


def every_kind() -> dict[str, Result]:
    """A result of each kind, by what it shows."""
    unscored = ExerciseResult("size", None, 3.0, Outcome.GRADER_ERROR)
    kinds = {
        f"outcome {outcome}": graded(exercise(one_test(outcome), outcome=outcome))
        for outcome in Outcome
        if outcome is not Outcome.GRADER_ERROR
    }
    advised = exercise(
        one_test(counterexample=EXAMPLE, misconception="floor", hint="Up or down?"),
        one_test(name="test_c", counterexample=replace(EXAMPLE, expected="4", picture="<svg/>")),
        hints=(Hint("floor", ("Look.", "Up or down?", "Round down.")),),
        suspect=SuspectLine("cell 2 (size)", 3, "return n // s"),
        replaced=("pad",),
    )
    return kinds | {
        "advice": graded(advised),
        "examples": graded(exercise(one_test(), examples=GIVEN)),
        "training": graded(exercise(one_test(training=TRAINING)), dataset="digits"),
        "variant": graded(exercise(one_test()), variant="layout=nchw, order=columns"),
        "stored by an earlier version": graded(
            exercise(one_test(), suite_digest=""), submission_digest="", engine_digest=""
        ),
        "nothing handed in": graded(written=(WrittenResult("why", 4.0, "no_response"),)),
        "attention": graded(
            observed=Observed(attention=("Two files.",), failed_cells=("cell 3: NameError: x",))
        ),
        "rejected": Result(
            "edges",
            "ada",
            "ada.ipynb",
            "rejected",
            reason="The file is empty.",
            exercises=(ExerciseResult("size", 0.0, 3.0, Outcome.MISSING),),
            isolation="process",
        ),
        "fault of a suite": graded(
            unscored,
            exercise(one_test("passed"), outcome="passed"),
            status="grader_error",
            reason="The grader failed on size.",
            faults=(Fault("NameError", "test_size.py", 7, "test_b", "size", "trace"),),
        ),
        "fault of the grader": Result(
            "edges",
            "ada",
            "ada.ipynb",
            "grader_error",
            reason="It died.",
            exercises=(unscored,),
            isolation="namespaces",
        ),
        "hostile": hostile(),
    }


def hostile(text: str = HOSTILE) -> Result:
    """A result whose every text is this one, as far as a student can write it."""
    test = replace(
        one_test(message=text),
        title=text,
        hint=text,
        counterexample=replace(EXAMPLE, code=text, answer=text, wrong=text, expected=text),
    )
    wrong = exercise(
        test,
        hints=(Hint("floor", (text,)),),
        suspect=SuspectLine(text, 1, text),
        replaced=(text,),
    )
    given = exercise(test, examples=replace(GIVEN, remarks=(text,)))
    observed = Observed(attention=(text,), failed_cells=(text,))
    return graded(wrong, given, student=text, submission=text, observed=observed)
