"""Writes the output and the pictures that README.md and docs/ show, from real runs: `make docs`.

    python docs/refresh.py [--only NAME …]

NAME is a document such as docs/students.md, or a picture such as notebook.png.

Run it after a change in what a command prints or a page shows, then read the difference. A block of
output that is right but for times, dates, versions and addresses is left as it is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "engine"))

import document_commands
import document_names
import document_pictures
import document_roads
import document_runs
import documents
import terminal

IMAGES = documents.ROOT / "docs" / "images"


def refresh(document: documents.Document) -> list[document_runs.Ran | document_runs.Written]:
    """Run a document, and write anew what it shows of its output."""
    with tempfile.TemporaryDirectory() as folder:
        ran = document_runs.walk(document, Path(folder))
    lines = document.text.splitlines()
    for each in reversed(ran):
        if isinstance(each, document_runs.Written):
            start, shown = each.block.line - 1, each.block.text.splitlines()
            got = each.text.splitlines()
        elif each.command.shown is not None:
            start, shown = each.command.line, each.command.shown
            got = document_runs.with_cut(shown, each.screen.text.splitlines())
        else:
            continue
        if document_runs.differences(shown, got):
            print(f"{document.name}:{start}: written anew")
            lines[start : start + len(shown)] = got
    (documents.ROOT / document.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ran


def terminal_pictures(
    document: documents.Document, ran: list[document_runs.Ran | document_runs.Written]
) -> None:
    """Write the pictures of what commands of this document print, where they are out of date."""
    for name, screen in document_pictures.terminal_screens(document.name, ran).items():
        path = IMAGES / name
        if document_pictures.terminal_difference(path, screen):
            print(f"{name}: written anew")
            path.write_text(terminal.picture(screen.coloured), encoding="utf-8")


def browser_pictures(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, picture in document_pictures.take(names, Path(folder)):
            print(f"{name}: taken, {len(picture)} bytes")
            (IMAGES / name).write_bytes(picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", metavar="NAME", help="documents and pictures")
    asked = parser.parse_args()
    for name, page in (
        ("commands", document_commands.page),
        ("authors-names", document_names.page),
    ):
        (documents.ROOT / "docs" / f"{name}.md").write_text(page(), encoding="utf-8")
    for document in documents.all_documents():
        if document.name in (asked.only or document_roads.ROADS):
            terminal_pictures(document, refresh(document))
    pictures = document_pictures.BROWSER
    wanted = [name for name in pictures if name in (asked.only or pictures)]
    if wanted:
        browser_pictures(wanted)


if __name__ == "__main__":
    main()
