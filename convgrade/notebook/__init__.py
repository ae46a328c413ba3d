"""What students import in their notebooks: public checks and pictures.

It knows nothing of grading: no hidden test, no answer, and no other part of this package. Importing
it takes little longer than importing NumPy; matplotlib is imported when a picture is first shown.
In a notebook it does two more things: it hides TensorFlow's log (`quiet`), and it makes a cell show
all its failing checks (`collecting`).
"""

from __future__ import annotations

from convgrade.notebook.charts import (
    Chart,
    show_bars,
    show_curves,
    show_feature_maps,
    show_images,
    show_misclassified,
    show_sizes,
)
from convgrade.notebook.checks import CheckFailed, NotWrittenYet, check, check_raises
from convgrade.notebook.collecting import show_all_failures
from convgrade.notebook.gallery import show_filters, show_image_rows, show_top_predictions
from convgrade.notebook.grids import show_confusion, show_connections
from convgrade.notebook.pictures import (
    Picture,
    show_convolution,
    show_padding,
    show_pooling,
    show_windows,
)
from convgrade.notebook.quiet import keep_the_log_quiet
from convgrade.notebook.training import Trained, check_learned, train_as_graded

__all__ = [
    "Chart",
    "CheckFailed",
    "NotWrittenYet",
    "Picture",
    "Trained",
    "check",
    "check_learned",
    "check_raises",
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

keep_the_log_quiet()
show_all_failures()
