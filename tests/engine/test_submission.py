"""Reading submissions: what is accepted, what is refused and with which sentence."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from mini_course import (
    EMPTY_ANSWER,
    SOLUTIONS,
    STUBS,
    code_cell,
    mini_cells,
    module_text,
    nbgrader_metadata,
    notebook_json,
    text_cell,
)

from autograder.errors import SubmissionRejected
from convgrade.submission import MAX_BYTES, choose, read


def handed_in(folder: Path, content: str | bytes, name: str = "mini.ipynb") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def solved(answer: str = "Because.") -> list[dict]:
    return mini_cells(SOLUTIONS, answer)


def test_a_notebook_gives_its_code_in_order_without_the_grade_cells(mini_course, tmp_path):
    submission = read(handed_in(tmp_path, notebook_json(solved())), mini_course.release)
    assert [cell.label for cell in submission.cells] == [
        "cell 2 (setup)",
        "cell 3 (increment)",
        "cell 5 (double)",
    ]
    assert submission.written == {"why": "Because."}
    assert submission.notes == ()


def test_the_three_forms_hold_the_same_code(mini_course, tmp_path):
    import jupytext

    text = notebook_json(solved())
    percent = jupytext.writes(jupytext.reads(text, fmt="ipynb"), fmt="py:percent")
    one = read(handed_in(tmp_path, text), mini_course.release)
    two = read(handed_in(tmp_path, percent, "mini.py"), mini_course.release)
    three = read(handed_in(tmp_path, module_text(), "plain.py"), mini_course.release)
    assert (one.kind, two.kind, three.kind) == ("notebook", "percent", "module")
    assert [cell.source for cell in one.cells] == [cell.source for cell in two.cells]
    assert two.written == one.written
    assert SOLUTIONS["double"] in three.cells[0].source


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"{not json", "not valid JSON"),
        (notebook_json(solved())[:200].encode(), "not valid JSON"),
        (b"[]", "not a notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "none of the cells"),
        (b'{"nbformat": 2, "worksheets": []}', "nbformat 2"),
        (b'{"cells": []}', "no notebook format"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": [1]}', "Cell 1"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}', "Cell 1"),
        (b'{"nbformat": 4, "cells": []}', "none of the cells"),
        (b"[" * 100_000, "not"),
        (b'{"nbformat": ' + b"9" * 10_000 + b"}", "not valid JSON"),
    ],
)
def test_what_is_not_a_notebook_is_refused_with_a_sentence(
    mini_course, tmp_path, content, sentence
):
    with pytest.raises(SubmissionRejected, match=sentence):
        read(handed_in(tmp_path, content), mini_course.release)


def test_a_notebook_of_another_assignment_is_refused_by_name(mini_course, tmp_path):
    other = [code_cell("def f(): ...", nbgrader_metadata("f", solution=True))]
    with pytest.raises(SubmissionRejected, match="another assignment"):
        read(handed_in(tmp_path, notebook_json(other)), mini_course.release)


def test_a_notebook_that_lost_all_its_metadata_still_counts(mini_course, tmp_path):
    bare = [code_cell("import numpy as np"), code_cell(SOLUTIONS["double"])]
    submission = read(handed_in(tmp_path, notebook_json(bare)), mini_course.release)
    assert "The cell 'increment' is missing; the released one counts." in submission.notes
    assert [cell.label for cell in submission.cells] == ["cell 1 (setup)", "cell 2 (double)"]
    assert "2 cells had lost" not in submission.attention[0]
    assert "1 cell had lost nbgrader's metadata" in submission.attention[0]


def test_a_file_from_another_release_counts_and_a_note_says_what_is_different(
    mini_course, tmp_path
):
    cells = tuple(
        replace(cell, nbgrader={**cell.nbgrader, "checksum": f"now {cell.grade_id}"})
        for cell in mini_course.release.cells
    )
    release = replace(mini_course.release, cells=cells)
    document = solved()
    for cell in document:
        metadata = cell["metadata"].get("nbgrader", {})
        metadata["checksum"] = f"now {metadata.get('grade_id')}"
        if metadata.get("grade_id") == "setup":
            cell["source"] = "import numpy as np, math"
            metadata["checksum"] = "then"
        if metadata.get("grade_id") == "test_increment":
            metadata |= {"checksum": "then", "points": 3}
    submission = read(handed_in(tmp_path, notebook_json(document)), release)
    assert submission.notes == (
        "The file was made from another release. In the one that counts, these cells are "
        "different: setup, test_increment (now 4 points).",
    )
    assert SOLUTIONS["double"] in [cell.source for cell in submission.cells]
    for cell in document:
        cell["metadata"].get("nbgrader", {})["checksum"] = {"no": "text"}
    submission = read(handed_in(tmp_path, notebook_json(document)), release)
    assert "The points of 'test_increment' were changed" in " ".join(submission.notes)


def test_links_folders_pipes_and_giants_are_refused(mini_course, tmp_path):
    secret = handed_in(tmp_path, notebook_json(solved()), "secret.ipynb")
    link = tmp_path / "link.ipynb"
    link.symlink_to(secret)
    folder = tmp_path / "folder.ipynb"
    folder.mkdir()
    pipe = tmp_path / "pipe.ipynb"
    os.mkfifo(pipe)
    giant = tmp_path / "giant.ipynb"
    with giant.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for path, sentence in (
        (link, "symbolic link"),
        (folder, "folder"),
        (pipe, "not a regular file"),
        (giant, "larger than"),
        (tmp_path / "absent.ipynb", "does not exist"),
        (tmp_path / "nul\0.ipynb", "name"),
    ):
        with pytest.raises(SubmissionRejected, match=sentence):
            read(path, mini_course.release)


def test_locked_cells_are_run_as_released(mini_course, tmp_path):
    cells = solved()
    cells[1]["source"] = "import os as np"
    submission = read(handed_in(tmp_path, notebook_json(cells)), mini_course.release)
    assert submission.cells[0].source == "import numpy as np"
    assert submission.notes == ("The locked cell 'setup' was changed; the released one counts.",)


def test_copies_are_run_and_told_of(mini_course, tmp_path):
    cells = solved()
    cells.insert(3, code_cell("extra = 1", cells[2]["metadata"]))
    submission = read(handed_in(tmp_path, notebook_json(cells)), mini_course.release)
    assert "extra = 1" in [cell.source for cell in submission.cells]
    assert submission.notes == ("The cell 'increment' stands 2 times; all of them were run.",)


def test_changed_points_are_told_of(mini_course, tmp_path):
    cells = solved()
    cells[3]["metadata"]["nbgrader"]["points"] = 400
    submission = read(handed_in(tmp_path, notebook_json(cells)), mini_course.release)
    assert submission.notes == ("The points of 'test_increment' were changed; the source's count.",)


def test_an_answer_split_in_two_cells_is_one_answer(mini_course, tmp_path):
    cells = solved("first")
    cells.append(text_cell("second", cells[-1]["metadata"]))
    assert read(handed_in(tmp_path, notebook_json(cells)), mini_course.release).written == {
        "why": "first\n\nsecond"
    }


def test_odd_metadata_does_no_harm(mini_course, tmp_path):
    cells = solved()
    cells[2]["metadata"] = {"nbgrader": {"grade_id": ["increment"]}}
    cells[4]["metadata"] = {"nbgrader": 7}
    cells[0]["metadata"] = "text"
    submission = read(handed_in(tmp_path, notebook_json(cells)), mini_course.release)
    assert len(submission.cells) == 3


def test_a_folder_that_is_a_link_to_anothers_is_refused(mini_course, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    handed_in(other, module_text(), "mini.py")
    mine = tmp_path / "mine"
    mine.symlink_to(other)
    with pytest.raises(SubmissionRejected, match="symbolic link"):
        choose(mine, mini_course.release)


def test_the_release_itself_is_a_readable_submission(mini_course):
    submission = read(mini_course.release_notebook, mini_course.release)
    assert submission.written == {"why": EMPTY_ANSWER}
    assert STUBS["double"] in [cell.source for cell in submission.cells]


def test_text_that_is_slow_to_look_through_is_not_looked_through_slowly(mini_course, tmp_path):
    line = "from " + " import " * 20_000
    with pytest.raises(SubmissionRejected, match="defines none"):
        read(handed_in(tmp_path, line, "slow.py"), mini_course.release)


@pytest.mark.parametrize("above", ["", "#!/usr/bin/python\n", "# coding: utf-8\n", "\r\n"])
def test_a_yaml_bomb_in_the_header_is_not_read(mini_course, tmp_path, above):
    import jupytext

    text = jupytext.writes(jupytext.reads(notebook_json(solved()), fmt="ipynb"), fmt="py:percent")
    body = text.partition("\n# ---\n")[2]
    bomb = ["# ---", "# jupyter:", "#   a0: &a0 [x, x, x, x, x, x, x, x]"]
    for n in range(1, 40):
        copies = ", ".join([f"*a{n - 1}"] * 8)
        bomb.append(f"#   a{n}: &a{n} [{copies}]")
    bombed = above + "\n".join([*bomb, "# ---", body])
    submission = read(handed_in(tmp_path, bombed, "b.py"), mini_course.release)
    assert submission.written == {"why": "Because."}


def test_percent_format_of_too_many_cells_is_refused(mini_course, tmp_path):
    text = module_text() + "\n# %%\n" * 20_000
    with pytest.raises(SubmissionRejected, match="too many cells"):
        read(handed_in(tmp_path, text, "many.py"), mini_course.release)
