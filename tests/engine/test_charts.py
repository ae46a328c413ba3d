"""Charts and grids: what is drawn is what was given, and words say it too."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from convgrade import (
    show_confusion,
    show_connections,
    show_curves,
    show_feature_maps,
    show_images,
    show_misclassified,
    show_sizes,
)
from convgrade.notebook.grids import CONNECTED, RIGHT, WRONG
from convgrade.notebook.panels import NOTHING, PLAIN


def drawn(chart) -> list[np.ndarray]:
    """The images that a chart shows, as numbers."""
    return [np.asarray(axes.images[0].get_array()) for axes in chart.figure.axes]


def test_images_are_drawn_in_their_order_with_their_titles() -> None:
    images = np.arange(24).reshape(2, 3, 4)
    chart = show_images(images, ["a", "b"])
    for one, other in zip(drawn(chart), images, strict=True):
        np.testing.assert_array_equal(one, other)
    assert [axes.get_title() for axes in chart.figure.axes] == ["a", "b"]


def test_titles_may_be_an_array() -> None:
    chart = show_images(np.zeros((3, 2, 2)), np.array([4, 0, 7]))
    assert repr(chart).endswith("4, 0, 7")


def test_a_long_title_goes_on_in_the_next_line() -> None:
    short, long = (
        show_images(np.zeros((1, 2, 2)), [title]) for title in ("lily", "a cluster of small lilies")
    )
    assert [axes.get_title() for axes in long.figure.axes] == ["a cluster of\nsmall lilies"]
    assert long.inches[1] > short.inches[1]


def test_images_that_are_none_are_refused() -> None:
    for shape in ((3, 4), (2, 3, 4, 2), (0, 3, 4)):
        with pytest.raises(ValueError, match="images"):
            show_images(np.zeros(shape))


def test_feature_maps_are_channels() -> None:
    maps = np.arange(24).reshape(1, 3, 4, 2)
    np.testing.assert_array_equal(drawn(show_feature_maps(maps)), np.moveaxis(maps[0], 2, 0))


def test_only_misclassified_images_are_shown_with_both_classes() -> None:
    images = np.arange(4 * 6).reshape(4, 2, 3)
    chart = show_misclassified(images, [1, 2, 3, 4], [1, 5, 3, 6])
    np.testing.assert_array_equal(drawn(chart), images[[1, 3]])
    assert repr(chart).endswith("2, not 5, 4, not 6")


def test_where_all_is_right_it_says_so() -> None:
    chart = show_misclassified(np.zeros((2, 3, 3)), [1, 2], [1, 2])
    assert [text.get_text() for text in chart.figure.texts] == ["no image is misclassified"]


def test_a_ladder_draws_each_map_to_scale() -> None:
    chart = show_sizes([("in", 1, 32), ("first", 6, 28), ("second", 6, 14)])
    assert [patch.get_width() for patch in chart.figure.axes[0].patches] == [32, 28, 14]
    assert repr(chart) == "in 1 @ 32×32 → first 6 @ 28×28 → second 6 @ 14×14"  # noqa: RUF001


def test_curves_that_belong_together_share_their_axes() -> None:
    chart = show_curves({"loss": [2.0, 1.0], "val_loss": [2.5, 1.5], "accuracy": [0.1, 0.9]})
    curves = [
        {line.get_label(): list(line.get_ydata()) for line in axes.lines}
        for axes in chart.figure.axes
    ]
    assert curves == [{"loss": [2, 1], "val_loss": [2.5, 1.5]}, {"accuracy": [0.1, 0.9]}]


def test_connections_are_marked_in_row_and_column() -> None:
    (panel,) = show_connections([[True, False, True], [False, False, True]], "A", "B").panels
    header = (NOTHING,) * 3
    assert panel.fills == (header, (CONNECTED, PLAIN, CONNECTED), (PLAIN, PLAIN, CONNECTED))
    assert panel.texts[0] == ("0", "1", "2")
    assert panel.row_labels == ("", "0", "1")


def test_a_confusion_matrix_tells_right_from_wrong() -> None:
    picture = show_confusion([[3, 1], [0, 2]], ["cat", "dog"])
    (panel,) = picture.panels
    assert panel.fills[1:] == ((RIGHT, WRONG), (PLAIN, RIGHT))
    assert panel.texts == (("cat", "dog"), ("3", "1"), ("", "2"))
    assert picture.caption.startswith("5 of 6 right")


@pytest.mark.parametrize(
    "chart",
    [
        show_images(np.zeros((3, 4, 5))),
        show_curves({"loss": [1.0, 0.5]}),
        show_sizes([("in", 1, 32)]),
        show_confusion(np.eye(3)),
    ],
)
def test_each_is_shown_as_a_png(chart) -> None:
    content, size = chart._repr_png_()
    assert Image.open(io.BytesIO(content)).size[0] == pytest.approx(2 * size["width"], abs=2)
