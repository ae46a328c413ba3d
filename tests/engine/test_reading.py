"""Reading in bounds: folders, zips, outputs, encodings, and what lies beside a hand-in."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path

import pytest
from bank_course import as_json, solved, write_bank_course
from mini_course import code_cell

from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import SubmissionRejected
from autograder.gradebook.attachments import kept
from convgrade.submission import read
from convgrade.submission.blocks import blocks
from convgrade.submission.imports import imported
from convgrade.submission.places import MAX_NAMES
from convgrade.submission.trimming import without_outputs

REPOSITORY = Path(__file__).resolve().parents[2]
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return write_bank_course(tmp_path / "course")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "ada"
    place.mkdir()
    return place


def hand_in(folder: Path, name: str = "mini.ipynb", text: str | None = None) -> Path:
    path = folder / name
    path.write_text(as_json(solved()) if text is None else text, encoding="utf-8")
    return path


def test_a_link_among_the_files_is_neither_chosen_nor_read(assignment, folder, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("KEY = 1")
    hand_in(folder)
    (folder / "mini.py").symlink_to(assignment.solution_module)
    (folder / "helper.py").symlink_to(secret)
    found = read(folder, assignment.release)
    assert (found.path.name, found.beside) == ("mini.ipynb", ())


def test_a_folder_that_links_to_another_is_not_entered(assignment, folder, tmp_path):
    other = tmp_path / "bob"
    other.mkdir()
    hand_in(other)
    (folder / "week").symlink_to(other)
    with pytest.raises(SubmissionRejected, match="notebook"):
        read(folder, assignment.release)


def test_ten_thousand_files_beside_it_cost_little_and_are_told_of(assignment, folder):
    for number in range(MAX_NAMES + 10):
        (folder / f"x{number}.csv").touch()
    hand_in(folder)
    started = time.process_time()
    found = read(folder, assignment.release)
    assert len(found.beside) <= 50
    assert any("files" in sentence for sentence in found.attention)
    assert time.process_time() - started < 20


def test_what_lies_beside_it_is_part_of_the_digest(assignment, folder):
    hand_in(folder)
    alone = read(folder, assignment.release).digest
    (folder / "helper.py").write_text("x = 1")
    assert read(folder, assignment.release).digest != alone
    assert read(folder / "mini.ipynb", assignment.release).digest == alone


def test_a_file_that_is_too_large_is_left_out_and_told_of(assignment, folder):
    hand_in(folder)
    (folder / "data.bin").write_bytes(bytes(5 * 2**20))
    found = read(folder, assignment.release)
    assert found.beside == ()
    assert any("data.bin was too large" in sentence for sentence in found.attention)


def test_files_are_given_with_a_file_where_they_are_named(assignment, folder, tmp_path):
    path = hand_in(folder)
    helper = tmp_path / "my_utils.py"
    helper.write_text("x = 1")
    assert read(path, assignment.release).beside == ()
    (beside,) = read(path, assignment.release, [helper]).beside
    assert (beside.name, beside.content) == ("my_utils.py", b"x = 1")


def packed(files: dict[str, bytes | str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_a_zip_with_the_slashes_of_windows_is_read(assignment, folder):
    text = as_json(solved())
    (folder / "hw.zip").write_bytes(packed({"hw\\": "", "hw\\mini.ipynb": text}))
    assert read(folder, assignment.release).written["why"]


def test_a_script_in_utf16_without_a_mark_is_read_in_either_order(assignment, folder):
    for encoding in ("utf-16-le", "utf-16-be"):
        (folder / "mini.py").write_bytes("def double(x):\n    return 2 * x\n".encode(encoding))
        (sentence,) = read(folder, assignment.release).attention
        assert "UTF-16" in sentence


def test_answers_added_to_a_long_text_of_the_release_are_for_a_person(tmp_path):
    real = load_assignment("pooling_padding", REPOSITORY)
    document = json.loads(real.release_notebook.read_text(encoding="utf-8"))
    title = document["cells"][0]
    added = (
        "Maxima select bright strokes, minima dark ones; borders of zeros keep every map's size."
    )
    title["source"] = "".join(title["source"]).replace("plain NumPy", "pure NumPy")
    path = tmp_path / "pooling_padding.ipynb"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert read(path, real.release).attention == ()
    title["source"] += f"\n\n{added}"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = read(path, real.release)
    assert all(added in text for text in found.written.values())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (packed({f"{n}.txt": "x" for n in range(1500)}), "more than"),
        (packed({"mini.ipynb": b" " * 300 * 2**20}), "MB"),
        (packed({"mini.ipynb": "{}"})[:-10], "damaged"),
        (b"PK\x03\x04 and no more", "damaged"),
        (packed({"notes.csv": "1"}), "no notebook"),
    ],
)
def test_a_zip_that_holds_too_much_or_nothing_is_refused(assignment, folder, content, sentence):
    (folder / "mini.zip").write_bytes(content)
    with pytest.raises(SubmissionRejected, match=sentence):
        read(folder, assignment.release)


def test_an_encrypted_zip_is_named(assignment, folder):
    content = bytearray(packed({"mini.ipynb": as_json(solved())}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + offset] |= 1
    (folder / "mini.zip").write_bytes(bytes(content))
    with pytest.raises(SubmissionRejected, match="encrypted"):
        read(folder, assignment.release)


def test_a_notebook_whose_weight_is_outputs_is_read(assignment, folder):
    cells = solved()
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 2**20}}
    cells[4]["outputs"] = [picture] * 40
    found = read(hand_in(folder, text=as_json(cells)), assignment.release)
    assert found.written["why"].startswith("Because")
    assert len(found.cells) == 4


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_outputs_are_dropped_wherever_a_chunk_ends(size, monkeypatch):
    monkeypatch.setattr("convgrade.submission.trimming._CHUNK", size)
    cells = [
        {"outputs": [{"a": ["]", "\\"]}, 'x"outputs": ['], "source": 'say \\"outputs\\": [1]'},
        {"source": "\\", "outputs": "text, not a list", "metadata": {"widgets": {"b": {}}}},
        {"outputs": 5},
        {"outputs": None, "z": 1},
    ]
    text = json.dumps({"cells": cells, "outputs": 3})
    left = json.loads(without_outputs(io.BytesIO(text.encode())))
    assert left["outputs"] == 3
    assert [cell["outputs"] for cell in left["cells"]] == [[], [], [], []]
    sources = [cell.get("source") for cell in left["cells"]]
    assert sources == ['say \\"outputs\\": [1]', "\\", None, None]
    assert left["cells"][1]["metadata"] == {"widgets": {}}
    assert left["cells"][3]["z"] == 1


def test_a_notebook_that_is_large_without_its_outputs_is_refused(assignment, folder):
    cells = [*solved(), code_cell("x = '" + "y" * 20 * 2**20 + "'")]
    with pytest.raises(SubmissionRejected, match="larger than"):
        read(hand_in(folder, text=as_json(cells)), assignment.release)


def test_imports_are_read_wherever_they_stand_and_bounded():
    source = (
        "import a, b.c as d\nfrom e.f import g\ndef h():\n    import i\n"
        "x = importlib.import_module('j.k')\ny = __import__(\"l\")\n# import m\n"
        "try: import n\nexcept: pass\n"
    )
    assert imported([source]) == {"a", "b.c", "e.f", "i", "j.k", "l", "n"}
    assert len(imported([f"import m{number}" for number in range(1000)])) == 64


@pytest.mark.parametrize(
    "text",
    ["('" * 200_000, "#\n" * 200_000, '"""' * 99_999, "\\\n" * 200_000, "import " * 100_000,
     "a," * 200_000 + "=1", "```\n" * 100_000, "    " * 100_000 + "x"],
)  # fmt: skip
def test_no_text_takes_long_to_look_through(text):
    started = time.process_time()
    list(blocks(text))
    imported([text])
    assert time.process_time() - started < 30


def test_a_picture_is_kept_under_a_name_that_can_be_shown():
    text, pictures = kept(
        "![a](attachment:my%20sketch.png) ![b](attachment:gone.png)",
        {"my sketch.png": {"image/png": PNG}},
    )
    assert list(pictures) == ["picture-1.png"]
    assert "attachment:picture-1.png" in text
    assert "attachment:gone.png" not in text


@pytest.mark.parametrize(
    "versions",
    [
        {"image/svg+xml": "PHN2Zz48L3N2Zz4="},
        {"text/html": "PHNjcmlwdD4="},
        {"image/png": "bm90IGEgcGljdHVyZQ=="},
        {"image/png": '"><script>'},
    ],
)
def test_what_is_no_picture_is_not_kept(versions):
    text, pictures = kept("![x](attachment:x.png)", {"x.png": versions})
    assert pictures == {}
    assert "attachment:x" not in text
