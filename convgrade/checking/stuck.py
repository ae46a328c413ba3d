"""Goes on after a statement that does not end, where no timer can interrupt it (Windows).

The process that runs it has been ended. A new one runs the same steps without that statement and
without those that follow it in its cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from convgrade.checking.job import Job, Step
from convgrade.checking.report import Ended, ExerciseCheck, Problem
from convgrade.checking.sentences import Places, took_too_long

MOST_STUCK = 8


def without_what_is_stuck(job: Job, run: Callable[[Job], Ended]) -> Ended:
    """Run a job; if a step gets stuck, run it again without that.

    Args:
        job: the steps.
        run: runs a job in a new process.

    Returns:
        The report of the last run, with what got stuck in the earlier ones.
    """
    places = Places(job)
    checks: dict[str, ExerciseCheck] = {}
    problems: list[Problem] = []
    left = job
    for _ in range(MOST_STUCK):
        ended = run(left)
        stuck = [step for step in left.steps if places.name(step) == ended.run.running]
        if not ended.stuck or not stuck:
            break
        (step,) = stuck[:1]
        sentence = took_too_long(job.seconds)
        if step.exercise and step.only is None:
            checks[step.exercise] = ExerciseCheck(step.exercise, "error", sentence)
            changed: tuple[Step, ...] = ()
        else:
            problems.append(Problem(step.label, f"{places.name(step)}: {sentence}"))
            changed = (_before(step, ended.run.statement),)
        place = left.steps.index(step)
        left = replace(left, steps=(*left.steps[:place], *changed, *left.steps[place + 1 :]))
    return replace(
        ended,
        run=replace(
            ended.run,
            exercises={**ended.run.exercises, **checks},
            problems=(*problems, *ended.run.problems),
        ),
    )


def _before(step: Step, statement: int) -> Step:
    """The step with only those of its statements that come before this one."""
    wanted = range(statement) if step.only is None else step.only
    return replace(step, only=tuple(number for number in wanted if number < statement))
