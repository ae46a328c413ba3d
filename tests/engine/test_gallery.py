"""Colour images, filters, predictions and bars: what is drawn is what was given."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from convgrade import show_bars, show_filters, show_image_rows, show_top_predictions
from convgrade.notebook.drawing import PALETTE
from convgrade.notebook.gallery import OTHER, RIGHT


def drawn(chart) -> list[np.ndarray]:
    """The images that a chart shows, as numbers."""
    return [np.asarray(axes.images[0].get_array()) for axes in chart.figure.axes if axes.images]


def heights(axes) -> dict[str, list[float]]:
    """The lengths of the bars, by what they stand for."""
    return {
        group.get_label(): [bar.get_height() for bar in group.patches] for group in axes.containers
    }


# -- rows of images ------------------------------------------------------------------------


def test_each_row_shows_its_images_beside_its_name() -> None:
    crops, flips = np.zeros((3, 4, 4, 3)), np.ones((2, 6, 5, 3))
    chart = show_image_rows({"crops": crops, "flips": flips})
    for one, other in zip(drawn(chart), [*crops, *flips], strict=True):
        np.testing.assert_array_equal(one, other)
    texts = [text.get_text() for axes in chart.figure.axes for text in axes.texts]
    assert texts == ["crops", "flips"]
    assert repr(chart).startswith("crops: 3 images of 4×4 pixels; flips: 2")  # noqa: RUF001


def test_colours_beyond_the_brightest_are_cut_off() -> None:
    (image,) = drawn(show_image_rows({"bright": np.array([[[[-0.5, 0.25, 1.5]]]])}))
    np.testing.assert_array_equal(image, [[[0, 0.25, 1]]])


def test_bytes_stay_as_they_are() -> None:
    (image,) = drawn(show_image_rows({"bytes": np.array([[[[7, 200, 255]]]], np.uint8)}))
    np.testing.assert_array_equal(image, [[[7, 200, 255]]])


def test_a_row_without_an_image_is_named() -> None:
    with pytest.raises(ValueError, match="'crops'"):
        show_image_rows({"flips": np.zeros((1, 4, 4, 3)), "crops": np.zeros((0, 4, 4, 3))})


# -- filters -------------------------------------------------------------------------------


def test_a_filter_is_scaled_by_itself_around_grey() -> None:
    kernel = np.zeros((1, 2, 3, 2))
    kernel[0, 0, :, 0] = [0.01, -0.02, 0]
    kernel[0, 1, :, 1] = [5, 0, 10]
    first, second = drawn(show_filters(kernel))
    np.testing.assert_allclose(first, [[[0.75, 0, 0.5], [0.5, 0.5, 0.5]]])
    np.testing.assert_allclose(second, [[[0.5, 0.5, 0.5], [0.75, 0.5, 1]]])


def test_a_filter_of_a_grey_image_is_grey_and_one_of_zeros_is_in_the_middle() -> None:
    kernel = np.array([2.0, 0.0]).reshape(1, 1, 1, 2)
    np.testing.assert_array_equal(drawn(show_filters(kernel)), [[[[1] * 3]], [[[0.5] * 3]]])


def test_filters_of_other_maps_are_refused() -> None:
    with pytest.raises(ValueError, match="kernel"):
        show_filters(np.zeros((3, 3, 8, 4)))


# -- predictions ---------------------------------------------------------------------------


def predictions(**more):
    probabilities = [[0.1, 0.2, 0.5, 0.2], [0.4, 0.3, 0.2, 0.1]]
    names = ["rose", "lily", "iris", "daisy"]
    images = np.arange(24).reshape(2, 2, 2, 3)
    return show_top_predictions(images, probabilities, [3, 0], names, **more)


def test_the_most_probable_classes_stand_under_each_image() -> None:
    chart = predictions(k=3)
    first, second = (axes for axes in chart.figure.axes if axes.patches)
    assert [text.get_text() for text in first.texts] == ["iris", "lily", "daisy"]
    assert [bar.get_width() for bar in first.patches] == [0.5, 0.2, 0.2]
    assert [text.get_text() for text in second.texts] == ["rose", "lily", "iris"]
    assert repr(chart).startswith("daisy: iris 50%, lily 20%, daisy 20%; rose: rose 40%")


def test_the_bar_of_the_true_class_has_its_own_colour() -> None:
    from matplotlib.colors import to_hex

    first = next(axes for axes in predictions(k=3).figure.axes if axes.patches)
    colours = [to_hex(bar.get_facecolor()).upper() for bar in first.patches]
    assert colours == [PALETTE[OTHER], PALETTE[OTHER], PALETTE[RIGHT]]


def test_images_carry_their_true_class() -> None:
    titles = [axes.get_title() for axes in predictions().figure.axes if axes.images]
    assert titles == ["daisy", "rose"]


def test_what_does_not_fit_the_images_is_refused() -> None:
    images = np.zeros((2, 3, 3, 3))
    with pytest.raises(ValueError, match="probabilities"):
        show_top_predictions(images, np.ones((3, 4)), [0, 1])
    with pytest.raises(ValueError, match="labels"):
        show_top_predictions(images, np.ones((2, 4)), [0, 1, 2])


# -- bars ----------------------------------------------------------------------------------


def test_each_list_has_bars_of_its_own() -> None:
    chart = show_bars(["a", "b"], {"before": [3, 1], "after": [2, 1]})
    (axes,) = chart.figure.axes
    assert heights(axes) == {"before": [3, 1], "after": [2, 1]}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b"]
    assert repr(chart) == "before: a 3, b 1; after: a 2, b 1"


def test_shares_are_percentages_of_each_list() -> None:
    chart = show_bars(["a", "b"], {"parameters": [10, 30], "work": [9000, 1000]}, shares=True)
    assert heights(chart.figure.axes[0]) == {"parameters": [25, 75], "work": [90, 10]}
    assert "parameters: a 25 %, b 75 %" in repr(chart)


def test_a_list_of_another_length_is_named() -> None:
    with pytest.raises(ValueError, match="'work'"):
        show_bars(["a", "b"], {"parameters": [1, 2], "work": [1]})


@pytest.mark.parametrize(
    "chart",
    [
        show_image_rows({"one": np.zeros((1, 4, 4, 3)), "more": np.zeros((7, 4, 4, 3))}),
        show_filters(np.zeros((3, 3, 3, 5))),
        predictions(),
        show_bars(["a", "b"], {"work": [1, 3]}, shares=True),
    ],
)
def test_each_is_shown_as_a_png(chart) -> None:
    content, size = chart._repr_png_()
    assert Image.open(io.BytesIO(content)).size[0] == pytest.approx(2 * size["width"], abs=2)
