"""A picture of how the accuracies of right solutions scatter, with the threshold: a row per recipe.

It draws the `evidence`. The same evidence always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import StringIO

import numpy as np

from autograder.calibration.evidence import Evidence
from autograder.calibration.thresholds import Proposal
from autograder.course.training_terms import SHARE_ABOVE

BLUE, RED, GREY, PURPLE = "#2f6db3", "#b3261e", "#57606a", "#6b3fa0"
_SETTINGS = {
    "svg.hashsalt": "convgrade",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}


def as_svg(
    evidence: Evidence,
    others: Mapping[str, Evidence],
    proposal: Proposal,
    threshold: float | None,
) -> str:
    """Every accuracy as a dot, each recipe's mean, and the proposed and the current threshold.

    Args:
        evidence: the runs of right recipes.
        others: the runs of other kinds of recipes, by kind; their rows stand below.
        proposal: the threshold that the evidence supports.
        threshold: the threshold in use; None if there is none.
    """
    import matplotlib
    from matplotlib.figure import Figure

    rows = [(recipe, found, BLUE) for recipe, found in evidence.accuracies().items()]
    for kind, each in others.items():
        rows += [(f"{kind}: {recipe}", found, GREY) for recipe, found in each.accuracies().items()]
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(8, 1.6 + 0.34 * len(rows)), layout="constrained")
        axes = figure.subplots()
        for row, (_, found, colour) in enumerate(rows):
            share = 100 * np.array(found)
            scatter = np.random.default_rng(row).uniform(-0.24, 0.24, len(found))
            axes.plot(share, row + scatter, "o", ms=3, mew=0, alpha=0.45, color=colour)
            axes.plot([share.mean()] * 2, [row - 0.34, row + 0.34], color=colour, lw=2)
        axes.set_yticks(range(len(rows)), [f"{recipe} ({len(found)})" for recipe, found, _ in rows])
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.axvline(100 * proposal.threshold, color=RED, lw=1.5, label="what the runs support")
        for label, way, dashes in _ways(evidence):
            at = 100 * way.threshold
            axes.axvline(at, color=PURPLE, lw=1.2, ls=dashes, label=f"{label}: {at:g} %")
        near = [100 * (proposal.threshold + side * proposal.spread) for side in (-1, SHARE_ABOVE)]
        axes.axvspan(*near, color=RED, alpha=0.08, lw=0, label="repeated with other seeds")
        if threshold is not None and threshold != proposal.threshold:
            axes.axvline(100 * threshold, color=GREY, lw=1.5, ls="--", label="threshold in use")
        figure.legend(loc="outside lower right", ncols=2, frameon=False, fontsize=9)
        axes.set_xlabel(f"accuracy in % on {evidence.images} unseen images of {evidence.dataset}")
        axes.set_title(
            f"{evidence.assignment}: {evidence.counted} runs of right solutions",
            loc="left",
            fontsize=11,
        )
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def _ways(evidence: Evidence) -> Iterator[tuple[str, Proposal, str]]:
    """What each way of computing gives, with the dashes of its line."""
    normal, tail = evidence.proposals()
    yield "by normal distributions", normal, ":"
    if tail is not None:
        yield "by the tail of all runs", tail, "-."
