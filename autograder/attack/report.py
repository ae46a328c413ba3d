"""The figures of an attack as rows of text, Markdown and JSON, and what slipped through."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.attack import offering
from autograder.attack.figures import Figures, Rate, distinct
from autograder.attack.record import Trial
from convgrade import atomic_files

HEAD = (
    "exercise", "wrong", "accepted", "95 % limits", "accepted of those wrong on > 1 %",
    "right", "refused", "95 % limits",
)  # fmt: skip


def rows(all_figures: Iterable[Figures]) -> list[tuple[str, ...]]:
    """A row of text for each exercise, with the columns of `HEAD`."""
    return [
        (
            each.exercise,
            f"{each.accepted.n:,}",
            str(each.accepted.count),
            limits(each.accepted),
            f"{each.often.count} of {each.often.n:,} ({limits(each.often)})",
            f"{each.refused.n:,}",
            str(each.refused.count),
            limits(each.refused),
        )
        for each in all_figures
    ]


def limits(rate: Rate) -> str:
    """The limits of a rate in percent."""
    if rate.n == 0:
        return "-"
    return f"{percent(rate.low)} to {percent(rate.high)} %"


def percent(share: float) -> str:
    """A share in percent with two significant digits."""
    return f"{100 * share:.2g}" if share < 0.995 else "100"


def as_markdown(all_figures: Sequence[Figures]) -> str:
    """The table for the documents."""
    lines = [HEAD, ("---",) + ("---:",) * (len(HEAD) - 1), *rows(all_figures)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def by_kind(all_figures: Sequence[Figures]) -> list[tuple[str, str]]:
    """For each kind of wrong candidates, how many had full marks, over all exercises."""
    counts: dict[str, tuple[int, int]] = {}
    for each in all_figures:
        for kind, rate in each.by_kind.items():
            count, n = counts.get(kind, (0, 0))
            counts[kind] = count + rate.count, n + rate.n
    return [(kind, f"{count} of {n:,}") for kind, (count, n) in counts.items()]


def write(folder: Path, tried: Mapping[str, Sequence[Trial]], found: Sequence[Figures]) -> None:
    """Write the figures as JSON and Markdown, and misconceptions made of what slipped through."""
    figures = {each.exercise: each.as_plain() for each in found}
    atomic_files.write_text(folder / "figures.json", json.dumps(figures, indent=1) + "\n")
    atomic_files.write_text(folder / "figures.md", as_markdown(found) + "\n")
    for exercise, trials in tried.items():
        slipped = [each for each in distinct(trials) if each.is_wrong and not each.failed]
        slipped.sort(key=lambda each: -each.share)
        texts = [offering.misconception(exercise, each) for each in slipped]
        atomic_files.write_text(folder / f"{exercise}.misconceptions.py", "\n\n".join(texts))
