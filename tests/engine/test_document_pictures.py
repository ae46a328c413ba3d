"""The pictures in README.md and docs/, and the terminal that some of them show."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
import terminal
from document_pictures import BROWSER, COMMANDS, LARGEST, TERMINAL, small
from documents import ROOT, all_documents
from PIL import Image

DOCUMENTS = {each.name: each for each in all_documents()}
IMAGES = ROOT / "docs" / "images"


def test_each_picture_is_used_and_comes_from_the_script() -> None:
    used = {path.rpartition("/")[2] for each in DOCUMENTS.values() for _, path in each.pictures}
    assert used == {path.name for path in IMAGES.iterdir()}
    assert used == {*TERMINAL, *BROWSER, *COMMANDS}


@pytest.mark.parametrize("name", [name for name, each in DOCUMENTS.items() if each.pictures])
def test_pictures_exist_are_small_and_say_in_words_what_they_show(name: str) -> None:
    for alt, path in DOCUMENTS[name].pictures:
        file = (ROOT / name).parent / path
        assert file.is_file()
        if file.name not in COMMANDS:
            assert file.stat().st_size <= LARGEST
        assert len(alt.split()) >= 6, f"{path}: {alt!r}"


def test_pictures_of_terminals_load_nothing_and_name_no_folder_of_this_machine() -> None:
    for name in TERMINAL:
        text = (IMAGES / name).read_text(encoding="utf-8")
        assert not re.search(r"@import|url\((?!#)|href|<image|<script|/tmp|/root", text)


def test_a_picture_of_a_terminal_shows_the_text_and_its_colours() -> None:
    coloured = "\x1b[32m✓\x1b[0m a  <b>\n\n  wide & \x1b[1mlast\x1b[0m"
    svg = terminal.picture(coloured)
    assert terminal.text_of(svg) == "✓ a  <b>\n\n  wide & last"
    assert svg.count("font-weight: bold") == 1


def test_a_screen_keeps_what_is_not_erased() -> None:
    spinner = "\x1b[?25l\x1b[32m⠋\x1b[0m Running\r\x1b[2K⠙ Running\r\n\x1b[?25h\r\x1b[1A\x1b[2K"
    said = f"{spinner}done\r\n\r\nend"
    assert terminal.screen(said) == "done\n\nend"
    assert terminal.screen("one\rtwo\n") == "two"


def test_a_command_that_never_ends_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError, match="waits"):
        terminal.run("echo waits; sleep 60", tmp_path, {"PATH": "/usr/bin:/bin"}, seconds=1)


def test_large_pictures_are_refused() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (400, 400, 3), np.uint8)
    written = io.BytesIO()
    Image.fromarray(noise).save(written, "PNG")
    with pytest.raises(ValueError, match="bytes, more than"):
        small(written.getvalue())
