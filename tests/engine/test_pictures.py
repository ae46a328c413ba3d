"""The pictures: the right numbers in the right places, and windows over the right cells."""

from __future__ import annotations

import io
import subprocess
import sys
from itertools import pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from convgrade import (
    Picture,
    show_convolution,
    show_padding,
    show_pooling,
    show_windows,
)
from convgrade.notebook.drawing import PALETTE
from convgrade.notebook.panels import NOTHING, PADDED, PLAIN, Frame

IMAGE = [[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]


def texts(picture: Picture) -> dict[tuple[float, float], str]:
    """Every text of the figure by its place."""
    return {text.get_position(): text.get_text() for text in picture.figure.axes[0].texts}


def written_at(picture: Picture, left: float, top: float, rows: int, columns: int) -> list[str]:
    found = texts(picture)
    return [
        " ".join(
            found.get((left + column + 0.5, top + row + 0.5), "_") for column in range(columns)
        )
        for row in range(rows)
    ]


def frames(picture: Picture) -> list[tuple[int, int, int, int]]:
    """Unfilled rectangles of the figure as (column, row, width, height), to whole cells."""
    patches = [patch for patch in picture.figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [
        (
            round(patch.get_x() - 0.2),
            round(patch.get_y() - 0.2),
            round(patch.get_width() + 0.3),
            round(patch.get_height() + 0.3),
        )
        for patch in patches
        if not patch.get_fill()
    ]


def test_pooling_writes_the_image_left_and_the_result_right() -> None:
    picture = show_pooling(IMAGE, [[9, 7], [8, 6]])
    assert written_at(picture, 0, 0, 4, 4) == ["2 2 7 3", "9 4 6 1", "8 5 2 4", "3 1 2 6"]
    right = 4 + 1.6
    assert written_at(picture, right, 1, 2, 2) == ["9 7", "8 6"]


def test_pooling_frames_each_window() -> None:
    assert frames(show_pooling(IMAGE, [[9, 7], [8, 6]])) == [
        (0, 0, 2, 2),
        (2, 0, 2, 2),
        (0, 2, 2, 2),
        (2, 2, 2, 2),
    ]


def test_a_window_and_its_result_have_the_same_colour() -> None:
    source, result = show_pooling(IMAGE, [[9, 7], [8, 6]]).panels
    assert source.fills == ((0, 0, 1, 1), (0, 0, 1, 1), (2, 2, 3, 3), (2, 2, 3, 3))
    assert result.fills == ((0, 1), (2, 3))


def test_overlapping_windows_are_frames_over_plain_cells() -> None:
    source, _ = show_pooling(IMAGE, [[9, 7], [9, 6]], window=3, stride=1).panels
    assert {fill for row in source.fills for fill in row} == {PLAIN}
    assert source.frames[3] == Frame(1, 1, 3, 3, 3)


def test_rectangular_windows_and_strides_go_height_first() -> None:
    source, _ = show_pooling(IMAGE, [[9], [8]], window=(1, 3), stride=(2, 1)).panels
    assert source.frames == (Frame(0, 0, 1, 3, 0), Frame(2, 0, 1, 3, 1))


def test_padded_cells_are_hatched_and_empty() -> None:
    source, _ = show_pooling([[10, 20]], [[15]], (1, 3), 2, ((0, 0), (0, 1))).panels
    assert source.texts == (("10", "20", ""),)
    assert source.fills == ((0, 0, PADDED),)


def test_a_result_for_windows_that_do_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="pooled"):
        show_pooling(IMAGE, [[1, 2, 3]])


def test_padding_writes_zeros_around_the_image() -> None:
    picture = show_padding([[5, 6, 7], [8, 9, 4]], ((1, 0), (1, 2)))
    assert picture.panels[1].texts == (
        ("0", "0", "0", "0", "0", "0"),
        ("0", "5", "6", "7", "0", "0"),
        ("0", "8", "9", "4", "0", "0"),
    )
    assert [row.count(PADDED) for row in picture.panels[1].fills] == [6, 3, 3]


def test_windows_stand_at_every_stride_and_the_rest_is_left_out() -> None:
    picture = show_windows(8, 3, 2)
    (panel,) = picture.panels
    covered = [[i for i, fill in enumerate(row) if fill != NOTHING] for row in panel.fills[1:]]
    assert covered == [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    assert picture.caption == "3 windows of 3 cells, stride 2, 1 cell left out"


def test_dilated_windows_skip_cells() -> None:
    (panel,) = show_windows(7, 3, dilation=2).panels
    assert [i for i, fill in enumerate(panel.fills[1]) if fill != NOTHING] == [0, 2, 4]
    assert panel.height == 1 + 3


def test_padded_cells_of_a_line_have_no_number() -> None:
    (panel,) = show_windows(5, 2, padding=(0, 1)).panels
    assert panel.texts[0] == ("0", "1", "2", "3", "4", "")
    assert panel.fills[0][-1] == PADDED


def test_a_window_that_fits_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="window 5"):
        show_windows(3, 5)


def test_convolution_spells_out_the_sum_of_one_window() -> None:
    picture = show_convolution(
        IMAGE, [[1, 0], [0, -1]], [[-2, -4, 6], [4, 2, 2], [7, 3, -4]], at=(0, 2)
    )
    assert picture.caption == "7·1 + 3·0 + 6·0 + 1·(−1) = 6"  # noqa: RUF001
    assert picture.panels[0].frames == (Frame(0, 2, 2, 2, 0),)
    assert picture.panels[2].frames == (Frame(0, 2, 1, 1, 0),)


def test_the_stride_moves_the_window_of_a_convolution() -> None:
    picture = show_convolution(IMAGE, [[1, 1]], [[4, 10], [13, 6]], at=(1, 1), stride=(2, 2))
    assert picture.caption == "2·1 + 4·1 = 6"


def test_a_picture_is_shown_as_png_at_notebook_width() -> None:
    for picture in (show_pooling(IMAGE, [[9, 7], [8, 6]]), show_windows(60, 3, 3)):
        data, shown = picture._repr_png_()
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == "PNG"
            assert abs(image.width - 2 * shown["width"]) <= 2
        assert shown["width"] <= 900


def test_no_text_leaves_the_figure() -> None:
    for picture in (
        show_windows(7, 3, 2, (1, 1)),
        show_pooling([[10, 20]], [[15]], (1, 3), 2, ((0, 0), (0, 1))),
        show_padding([[1]], ((1, 1), (1, 1))),
    ):
        figure = picture.figure
        renderer = FigureCanvasAgg(figure).get_renderer()
        for text in figure.axes[0].texts:
            extent = text.get_window_extent(renderer)
            assert extent.x0 >= 0
            assert extent.x1 <= figure.bbox.width


def test_the_figure_is_made_once_and_can_be_saved() -> None:
    picture = show_padding([[1]], ((1, 1), (1, 1)))
    assert isinstance(picture.figure, Figure)
    assert picture.figure is picture.figure


def test_a_picture_reads_as_text_too() -> None:
    assert repr(show_pooling([[1, -2]], [[1]], (1, 2))).splitlines()[:2] == ["image, 1×2", " 1  −2"]  # noqa: RUF001


def test_neighbouring_colours_differ_in_lightness_or_hue() -> None:
    for one, other in pairwise(PALETTE):
        assert sum(abs(a - b) for a, b in zip(to_rgb(one), to_rgb(other), strict=True)) > 0.5


def test_no_module_of_the_package_imports_matplotlib_by_itself() -> None:
    code = (
        "import importlib, pkgutil, sys, convgrade.notebook as package\n"
        "for module in pkgutil.iter_modules(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(module.name)\n"
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
