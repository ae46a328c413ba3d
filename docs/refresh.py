"""Writes the output and the pictures that README.md and docs/ show, from real runs: `make docs`.

    python docs/refresh.py [--only NAME …] [--no-browser]

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
import document_roads
import document_runs
import documents


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="these documents, such as docs/students.md")
    asked = parser.parse_args()
    (documents.ROOT / "docs" / "commands.md").write_text(document_commands.page(), encoding="utf-8")
    for document in documents.all_documents():
        if document.name in document_roads.ROADS and document.name in (
            asked.only or [document.name]
        ):
            refresh(document)


if __name__ == "__main__":
    main()
