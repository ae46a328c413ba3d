"""Every picture for students has a text that says what it shows, also in exported HTML."""

# ruff: noqa: RUF001 (numbers are written as in mathematics)

from __future__ import annotations

from typing import Any

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from drawn_pictures import PICTURES, cell_of
from matplotlib.colors import to_rgb
from nbconvert import HTMLExporter

import convgrade
from convgrade import show_padding, show_pooling, show_sizes
from convgrade.notebook import drawing


def exported(picture: Any, template: str) -> Any:
    """The `<img>` of a picture in a notebook that nbconvert exported."""
    notebook = nbformat.v4.new_notebook(cells=[cell_of(picture)])
    page, _ = HTMLExporter(template_name=template).from_notebook_node(notebook)
    return BeautifulSoup(page, "html.parser").find("img")


def test_every_picture_is_in_this_file() -> None:
    offered = {getattr(convgrade, name) for name in convgrade.__all__ if name.startswith("show_")}
    assert offered == set(PICTURES)


@pytest.mark.parametrize("picture", PICTURES.values(), ids=[show.__name__ for show in PICTURES])
def test_a_picture_says_what_it_shows(picture: tuple[Any, str]) -> None:
    drawn, words = picture
    assert words in drawn.alt
    assert drawn._repr_png_()[1]["alt"] == drawn.alt
    assert BeautifulSoup(drawn._repr_html_(), "html.parser").img["alt"] == drawn.alt


@pytest.mark.parametrize("template", ["lab", "classic"])
@pytest.mark.parametrize("show", [show_pooling, show_sizes], ids=["picture", "chart"])
def test_the_words_reach_exported_html(show: Any, template: str) -> None:
    drawn, _ = PICTURES[show]
    image = exported(drawn, template)
    assert image["alt"] == drawn.alt
    assert int(image["width"]) == drawn._repr_png_()[1]["width"]


def test_a_large_picture_has_no_list_of_numbers() -> None:
    picture = show_padding(np.ones((30, 30)).tolist(), ((0, 0), (0, 0)))
    assert len(picture.alt) < 200
    assert "image, 30×30" in picture.alt


@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        (drawing.INK, "white", 4.5),
        (drawing.PALE_INK, drawing.PADDED_GROUND, 4.5),
        *((drawing.INK, drawing._tint(fill), 4.5) for fill in range(len(drawing.PALETTE))),
        (drawing.EDGE, "white", 3),
    ],
)
def test_texts_and_edges_of_pictures_stand_out(ink: Any, ground: Any, least: float) -> None:
    assert contrast(ink, ground) >= least


def contrast(one: Any, other: Any) -> float:
    """The contrast of two colours as WCAG defines it, from 1 to 21."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Any) -> float:
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
