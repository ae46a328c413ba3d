"""What students import in their notebooks: `from convgrade import check, show_pooling`.

It is light: it needs NumPy, and matplotlib when a picture is first shown. Nothing here knows of
grading, points or hidden tests. The names are imported on first use, because the engine imports
other parts of this package, and must not change a notebook's settings by that.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convgrade.notebook.charts import Chart as Chart
    from convgrade.notebook.charts import show_bars as show_bars
    from convgrade.notebook.charts import show_curves as show_curves
    from convgrade.notebook.charts import show_feature_maps as show_feature_maps
    from convgrade.notebook.charts import show_images as show_images
    from convgrade.notebook.charts import show_misclassified as show_misclassified
    from convgrade.notebook.charts import show_sizes as show_sizes
    from convgrade.notebook.checks import CheckFailed as CheckFailed
    from convgrade.notebook.checks import NotWrittenYet as NotWrittenYet
    from convgrade.notebook.checks import check as check
    from convgrade.notebook.checks import check_raises as check_raises
    from convgrade.notebook.drawing import Picture as Picture
    from convgrade.notebook.example_checks import check_examples as check_examples
    from convgrade.notebook.examples import example as example
    from convgrade.notebook.gallery import show_filters as show_filters
    from convgrade.notebook.gallery import show_image_rows as show_image_rows
    from convgrade.notebook.gallery import show_top_predictions as show_top_predictions
    from convgrade.notebook.grids import show_confusion as show_confusion
    from convgrade.notebook.grids import show_connections as show_connections
    from convgrade.notebook.pictures import show_convolution as show_convolution
    from convgrade.notebook.pictures import show_padding as show_padding
    from convgrade.notebook.pictures import show_pooling as show_pooling
    from convgrade.notebook.pictures import show_windows as show_windows
    from convgrade.notebook.training import Trained as Trained
    from convgrade.notebook.training import check_learned as check_learned
    from convgrade.notebook.training import train_as_graded as train_as_graded
    from convgrade.notebook.windows import Window as Window

__all__ = [
    "Chart",
    "CheckFailed",
    "NotWrittenYet",
    "Picture",
    "Trained",
    "Window",
    "check",
    "check_examples",
    "check_learned",
    "check_raises",
    "example",
    "show_bars",
    "show_confusion",
    "show_connections",
    "show_convolution",
    "show_curves",
    "show_feature_maps",
    "show_filters",
    "show_image_rows",
    "show_images",
    "show_misclassified",
    "show_padding",
    "show_pooling",
    "show_sizes",
    "show_top_predictions",
    "show_windows",
    "train_as_graded",
]

_NAMES_OF = {
    "charts": "Chart show_bars show_curves show_feature_maps show_images show_misclassified "
    "show_sizes",
    "checks": "CheckFailed NotWrittenYet check check_raises",
    "drawing": "Picture",
    "example_checks": "check_examples",
    "examples": "example",
    "gallery": "show_filters show_image_rows show_top_predictions",
    "grids": "show_confusion show_connections",
    "pictures": "show_convolution show_padding show_pooling show_windows",
    "training": "Trained check_learned train_as_graded",
    "windows": "Window",
}
_PLACES = {name: module for module, names in _NAMES_OF.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"convgrade.notebook.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    """All names of the module, as `help` lists them, with those that are imported on first use."""
    return sorted({*globals(), *__all__})
