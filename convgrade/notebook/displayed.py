"""What Jupyter asks of a picture: a PNG that is sharp on any display, its size, and its words.

matplotlib is imported when a picture is shown, and not before.
"""

from __future__ import annotations

import base64
import html
import importlib.util
import io
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIXELS_PER_INCH = 192
SHOWN_PIXELS_PER_INCH = 96
MISSING = "(This picture needs matplotlib: run %pip install matplotlib in a new cell.)"


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


class Displayed:
    """A figure that is drawn when it is shown; Jupyter shows it as the value of a cell."""

    @property
    def alt(self) -> str:
        """The text that stands for the figure where it cannot be seen."""
        raise NotImplementedError

    def _draw(self) -> Figure:
        raise NotImplementedError

    @cached_property
    def figure(self) -> Figure:
        """The matplotlib figure, drawn at the first access."""
        return self._draw()

    @cached_property
    def _png(self) -> bytes:
        stream = io.BytesIO()
        self.figure.savefig(stream, format="png", dpi=PIXELS_PER_INCH)
        return stream.getvalue()

    def _size(self) -> tuple[int, int]:
        """Width and height on the page, in pixels."""
        width, height = self.figure.get_size_inches()
        return round(width * SHOWN_PIXELS_PER_INCH), round(height * SHOWN_PIXELS_PER_INCH)

    def _repr_png_(self) -> tuple[bytes, dict[str, int | str]] | None:
        if not can_draw():
            return None
        width, height = self._size()
        return self._png, {"width": width, "height": height, "alt": self.alt}

    def _repr_html_(self) -> str | None:
        """The picture as an element. JupyterLab and nbconvert drop the words of a plain PNG."""
        if not can_draw():
            return None
        width, height = self._size()
        return (
            f'<img src="data:image/png;base64,{base64.b64encode(self._png).decode()}" '
            f'width="{width}" height="{height}" alt="{html.escape(self.alt)}">'
        )
