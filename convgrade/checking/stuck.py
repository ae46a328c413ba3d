"""Goes on after a statement that ended the process, or that does not end and that no timer can
interrupt (always so on Windows).

A new process runs the same steps without that statement and without those that follow it in its
cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from convgrade.checking.job import Job, Step
from convgrade.checking.report import Ended, ExerciseCheck, Problem
from convgrade.checking.sentences import ENDED_PYTHON, Places, took_too_long

MOST_RUNS = 8


def without_what_stops_it(job: Job, run: Callable[[Job], Ended]) -> Ended:
    """Run a job; if a step gets stuck or ends the process, run the job again without that step.

    Args:
        job: the steps.
        run: runs a job in a new process.

    Returns:
        The report of the last run, with what stopped the earlier ones.
    """
    places = Places(job)
    checks: dict[str, ExerciseCheck] = {}
    problems: list[Problem] = []
    left = job
    for _ in range(MOST_RUNS):
        ended = run(left)
        step = next((each for each in left.steps if places.name(each) == ended.run.running), None)
        if step is None:
            break
        sentence = took_too_long(job.seconds) if ended.stuck else ENDED_PYTHON
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
