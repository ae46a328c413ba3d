"""The plots of the report, drawn by matplotlib as SVG that takes its colours from the page.

So they are readable in light and dark, and printed. What a colour says is also said by a position,
a hatching or the form of a marker.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
from markupsafe import escape

from autograder.class_report.estimates import LEAST_USEFUL, Separation
from autograder.class_report.items import ExerciseItem, TestItem
from convgrade.safe_text import shortened

WIDTH = 400
"""Units of a plot's width; a unit is about a pixel."""
BINS = 10
LONGEST_NAME = 22
BAR, AROUND = 24, 96
"""The height of a bar of the exercises' plot, and of what is around the bars."""
INK, SOFT, LINE, PAGE, VALUE, STRONG, LINK, BAD = (f"#0a0b{number:02x}" for number in range(8))
_VARIABLES = {
    INK: "--ink", SOFT: "--soft", LINE: "--line", PAGE: "--card", VALUE: "--value",
    STRONG: "--good", LINK: "--link", BAD: "--bad",
}  # fmt: skip
"""The variable of the page's style that takes the place of each colour."""
SETTINGS = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 12,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 1.2,
    "hatch.color": PAGE,
    "legend.frameon": False,
    "legend.handlelength": 1.3,
}
MARKERS = {
    Separation.GOOD: ("o", VALUE),
    Separation.UNCLEAR: ("s", SOFT),
    Separation.POOR: ("D", LINK),
    Separation.REVERSED: ("X", BAD),
}


@dataclass(frozen=True)
class Plot:
    """A plot as SVG for a page, and what it shows in words."""

    svg: str
    alt: str


def _plot(height: float, draw: Callable[..., str], *arguments: Any) -> Plot:
    """Make a plot with a function that draws on axes, and returns what can be seen in words."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({**SETTINGS, "svg.hashsalt": draw.__name__}):
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, layout="constrained")
        alt = draw(figure.subplots(), *arguments)
        text = StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    return Plot(_for_page(text.getvalue(), alt), alt)


def _for_page(svg: str, alt: str) -> str:
    """The `<svg>` element with the page's colours and fonts, and a name for screen readers."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style type=\"text/css\">.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    svg = re.sub(r"<g id=\"[^\"]*\"", "<g", svg)  # another plot of the page has the same ones
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var({variable})")
    _, _, content = svg.partition(">")
    box = re.search(r'viewBox="[^"]*"', svg)
    frame = box.group(0) if box else ""
    return f'<svg {frame} role="img" aria-label="{escape(alt)}">{content}'


def marks(totals: Sequence[float], worth: float, median: float) -> Plot:
    """How many students have how many points, in ten ranges of equal width."""
    return _plot(260, _marks, totals, worth, median)


def exercises(items: Sequence[ExerciseItem]) -> Plot:
    """Of each exercise, the shares of students with all, some or no points."""
    return _plot(AROUND + BAR * len(items), _exercises, items)


def difficulty(items: Sequence[TestItem]) -> Plot:
    """How many pass each test, against how well it tells students apart."""
    return _plot(300, _difficulty, items)


def _marks(axes: Any, totals: Sequence[float], worth: float, median: float) -> str:
    counts, edges = np.histogram(np.clip(totals, 0, worth), bins=BINS, range=(0, worth))
    bars = axes.bar(
        edges[:-1], counts, width=worth / BINS, align="edge", color=VALUE, edgecolor=PAGE, lw=1.5
    )
    axes.bar_label(
        bars,
        [str(count) if count else "" for count in counts],
        padding=2,
        bbox={"facecolor": PAGE, "edgecolor": "none", "pad": 0.5},
    )
    axes.axvline(median, color=INK, lw=1.5, ls="--")
    left = median > worth / 2
    axes.annotate(
        f"median {median:.4g}",
        (median, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if left else 4, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="bottom",
    )
    axes.set_xlim(0, worth)
    axes.set_ylim(0, max(counts) * 1.12)
    axes.yaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.set_xlabel(f"points, of {worth:.4g}")
    axes.set_ylabel("students")
    return (
        f"How many students have how many of {worth:.4g} points. The median of {len(totals)} is "
        f"{median:.4g}, the least {min(totals):.4g}, the most {max(totals):.4g}."
    )


def ranges(totals: Sequence[float], worth: float) -> list[tuple[str, int]]:
    """The same as rows of a table: a range of points, and how many students are in it."""
    counts, edges = np.histogram(np.clip(totals, 0, worth), bins=BINS, range=(0, worth))
    return [
        (f"{edges[place]:.4g} to {edges[place + 1]:.4g}", int(counts[place]))
        for place in range(BINS)
    ]


def _exercises(axes: Any, items: Sequence[ExerciseItem]) -> str:
    parts = {
        "all points": (STRONG, "", [each.full for each in items]),
        "some": (VALUE, "///", [each.part for each in items]),
        "none": (LINE, "|||", [each.none for each in items]),
        "not written": ("none", "", [each.unwritten for each in items]),
    }
    totals = np.array([max(each.n, 1) for each in items])
    left = np.zeros(len(items))
    rows = np.arange(len(items))
    for label, (colour, hatch, counts) in parts.items():
        width = np.array(counts) / totals
        edge = LINE if colour == "none" else PAGE
        axes.barh(
            rows, width, left=left, height=0.72, label=label, lw=1, color=colour, hatch=hatch,
            edgecolor=edge,
        )  # fmt: skip
        left += width
    axes.set_yticks(rows, [shortened(each.name, LONGEST_NAME) for each in items])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(items) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xticks((0, 0.5, 1), ("0 %", "50 %", "100 %"))
    axes.spines["left"].set_visible(False)
    axes.figure.legend(ncols=4, loc="outside upper center", columnspacing=1, handletextpad=0.4)
    hardest = min(items, key=lambda each: each.full / max(each.n, 1))
    return (
        f"The shares of students with all, some or no points in each of {len(items)} exercises. "
        f"Fewest have all points in {hardest.name}. The table of exercises has the numbers."
    )


def _difficulty(axes: Any, items: Sequence[TestItem]) -> str:
    axes.axhspan(-1, LEAST_USEFUL, color=LINE, alpha=0.18, lw=0)
    axes.axhline(0, color=LINE, lw=1)
    for verdict, (marker, colour) in MARKERS.items():
        places = Counter(
            (round(100 * each.pass_share.value, 1), round(each.discrimination.value, 2))
            for each in items
            if each.separation is verdict and each.pass_share and each.discrimination
        )
        if places:
            x, y = zip(*places, strict=True)
            axes.scatter(
                x, y, [40 + 12 * count for count in places.values()], marker=marker, color=colour,
                edgecolor=PAGE, lw=0.8, label=verdict.value,
            )  # fmt: skip
    axes.set_xlim(-4, 104)
    axes.set_xlabel("students who pass, in %")
    axes.set_ylabel("correlation with the rest")
    lowest = min(each.discrimination.value for each in items if each.discrimination)
    axes.set_ylim(min(-0.1, lowest - 0.1), 1.05)
    axes.figure.legend(ncols=3, loc="outside upper center", columnspacing=1, markerscale=0.9)
    return (
        f"{len(items)} hidden tests by how many students pass and by the correlation with the "
        "points in the other exercises. The tables of tests have the numbers."
    )
