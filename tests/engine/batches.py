"""Wrong answers that can be graded together, because none of them can change another's result."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.diagnosis import Misconception

Batch = tuple[Misconception, ...]


def in_batches(touched: Mapping[Misconception, set[str]]) -> dict[Misconception, Batch]:
    """Put each misconception into a batch of wrong answers that fit into one submission.

    Two misconceptions go together if neither touches the exercise of the other. So each exercise
    that has none in the batch shows whether any of the batch costs points outside its own exercise.

    Args:
        touched: for each misconception, the exercises in which it could cost points.

    Returns:
        The batch of each misconception.
    """
    batches: list[list[Misconception]] = []
    for which in sorted(touched, key=lambda each: -len(touched[each])):
        for batch in batches:
            if not any(
                which.exercise in touched[other] or other.exercise in touched[which]
                for other in batch
            ):
                batch.append(which)
                break
        else:
            batches.append([which])
    return {which: tuple(batch) for batch in batches for which in batch}
