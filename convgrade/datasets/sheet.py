"""A contact sheet: some images of each class of a dataset, in rows under the dataset's title.

This module knows no dataset by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convgrade.datasets.dataset import Dataset

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN = 6
NAMES = 190
"""The width of the column of names, in pixels."""
PAPER, INK = (255, 255, 255), (30, 30, 30)


def contact_sheet(data: Dataset, per_class: int = 8) -> Image:
    """A row for each class: its name and its first training images, unchanged."""
    from PIL import Image, ImageDraw, ImageFont

    side = data.x_train.shape[1]
    pitch = side + MARGIN
    sheet = Image.new(
        "RGB", (NAMES + per_class * pitch, (data.classes + 1) * pitch + MARGIN), PAPER
    )
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(15)
    pen.text((MARGIN, pitch / 2), f"{data.name}: {data.about.title}", INK, font, anchor="lm")
    for label, name in enumerate(data.class_names):
        top = (label + 1) * pitch
        pen.text((MARGIN, top + side / 2), name, INK, font, anchor="lm")
        for column, number in enumerate(np.flatnonzero(data.y_train == label)[:per_class]):
            image = Image.fromarray(data.x_train[number]).convert("RGB")
            sheet.paste(image, (NAMES + column * pitch, top))
    return sheet
