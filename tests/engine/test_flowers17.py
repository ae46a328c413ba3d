"""The 17 flowers: read from any copy of what was published, and a fault of it is named."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from file_server import FileServer, serving
from PIL import Image
from real_data import real_file
from typer.testing import CliRunner

from autograder.cli import app
from convgrade import datasets
from convgrade.datasets import DatasetMissing, decoded_cache, flowers17, image_files
from convgrade.datasets.download import fetch

SIDE = 8
SHAPE = (1360, SIDE, SIDE, 3)


def photograph(number: int) -> bytes:
    """A JPEG of one colour: red tells the kind, green which of the kind; blue is its margins'."""
    kind, which = divmod(number - 1, 80)
    pixels = np.full((16, 32, 3), (kind * 15, which * 3, 0), np.uint8)
    pixels[:, :8] = pixels[:, 24:] = (0, 0, 255)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95, subsampling=0)
    return file.getvalue()


@pytest.fixture(scope="module")
def photographs() -> dict[str, bytes]:
    return {name: photograph(number) for number, name in enumerate(flowers17.NAMES, 1)}


@pytest.fixture(autouse=True)
def machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photographs: dict[str, bytes]
) -> Iterator[Path]:
    """A machine on which nothing has been fetched, where our photographs are the published ones."""
    monkeypatch.setenv("CONVGRADE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    sums = [hashlib.sha256(content).hexdigest()[:16] for content in photographs.values()]
    monkeypatch.setattr(flowers17, "checksums", lambda: sums)
    flowers17.load.cache_clear()
    yield tmp_path
    flowers17.load.cache_clear()


def archive(path: Path, members: dict[str, bytes], folder: str = "jpg/") -> Path:
    """A tar archive as published: compressed where its name says so."""
    with tarfile.open(path, "w:gz" if path.suffix == ".tgz" else "w") as tar:
        for name, content in {"files.txt": b"image_0001.jpg\n", **members}.items():
            info = tarfile.TarInfo(folder + name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def folder(path: Path, members: dict[str, bytes]) -> Path:
    """The same, unpacked."""
    path.mkdir(parents=True)
    for name, content in {"files.txt": b"image_0001.jpg\n", **members}.items():
        (path / name).write_bytes(content)
    return path


def linked(path: Path, name: str, target: str, kind: bytes) -> None:
    """Append a link to an archive."""
    with tarfile.open(path, "a") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        tar.addfile(info)


@pytest.mark.parametrize("place", ["17flowers.tgz", "flowers17.tar", "17flowers/jpg", "17flowers"])
def test_every_form_of_it_is_found_and_read(
    machine: Path, photographs: dict[str, bytes], place: str
) -> None:
    path = machine / "data" / place
    (archive if path.suffix else folder)(path, photographs)
    data = datasets.load("flowers17")
    assert data.x_train.shape == (1020, 64, 64, 3)
    assert data.x_test.shape == (340, 64, 64, 3)
    assert data.x_train.dtype == np.uint8
    middle = data.x_train[:, 32, 32].astype(int)
    assert np.abs(middle[:, 0] - 15 * data.y_train).max() < 8
    assert middle[:, 2].max() < 16  # the margins are cut off


def test_images_come_in_file_order_whatever_the_archives_order_is(
    machine: Path, photographs: dict[str, bytes]
) -> None:
    upside_down = dict(reversed(photographs.items()))
    images = flowers17.read(archive(machine / "f.tgz", upside_down), SIDE)
    middle = images[:, 4, 4].astype(int)
    number = np.arange(1360)
    assert np.abs(middle[:, 0] - number // 80 * 15).max() < 8
    assert np.abs(middle[:, 1] - number % 80 * 3).max() < 8


def test_the_folder_within_an_archive_is_of_no_importance(
    machine: Path, photographs: dict[str, bytes]
) -> None:
    paths = [
        archive(machine / f"{number}.tgz", photographs, where)
        for number, where in enumerate(("", "./17flowers/jpg/"))
    ]
    one, other = (flowers17.read(path, SIDE) for path in paths)
    np.testing.assert_array_equal(one, other)


def test_the_split_is_fixed_disjoint_and_even() -> None:
    train, test = flowers17.split()
    assert sorted([*train, *test]) == list(range(1360))
    assert np.bincount(test // 80).tolist() == [20] * 17
    assert (
        hashlib.sha256(np.sort(test).astype("<i8").tobytes()).hexdigest()[:16] == "61bd787c11e5b9f1"
    )


def test_neither_split_is_sorted_by_class() -> None:
    for part in flowers17.split():
        assert len(set((part[:50] // 80).tolist())) > 10


@pytest.mark.parametrize("form", ["f.tgz", "f"])
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("missing", "image_0712.jpg is missing"),
        ("two missing", "image_0712.jpg and 1 more are missing"),
        ("cut off", "image_0712.jpg is damaged"),
        ("another image", "image_0712.jpg is damaged, or is not the published image"),
        ("surplus", "image_1361.jpg in .* is none of the published images"),
        ("another format", "image_0712.PNG in .* is none of the published images"),
        ("huge", "image_0712.jpg in .* is larger than the 4 MiB"),
    ],
)
def test_an_image_that_is_wrong_is_named(
    machine: Path, photographs: dict[str, bytes], form: str, damage: str, sentence: str
) -> None:
    members = dict(photographs)
    if damage in ("missing", "two missing", "another format"):
        del members["image_0712.jpg"]
    if damage == "two missing":
        del members["image_1000.jpg"]
    if damage == "cut off":
        members["image_0712.jpg"] = members["image_0712.jpg"][:-200]
    if damage == "another image":
        members["image_0712.jpg"] = members["image_0711.jpg"]
    if damage == "surplus":
        members["image_1361.jpg"] = members["image_1360.jpg"]
    if damage == "another format":
        members["image_0712.PNG"] = b"\x89PNG"
    if damage == "huge":
        members["image_0712.jpg"] += bytes(4 * 2**20)
    path = (archive if form == "f.tgz" else folder)(machine / form, members)
    with pytest.raises(DatasetMissing, match=sentence) as caught:
        flowers17.read(path, SIDE)
    assert "autograder data fetch flowers17" in str(caught.value)
    assert str(caught.value).count(". ") == 0  # one sentence


def test_an_image_that_cannot_be_decoded_is_named_where_nothing_else_tells() -> None:
    content = photograph(1)
    for damaged in (content[: len(content) // 2], b"", b"GIF89a", b"\xff\xd8\xff"):
        with pytest.raises(image_files.BadImages, match=r"image_0001\.jpg is damaged"):
            flowers17.decoded("image_0001.jpg", damaged, None, SIDE)


def test_an_image_with_more_pixels_than_fit_is_damaged() -> None:
    content = bytearray(photograph(1))
    start = content.index(b"\xff\xc0") + 5
    content[start : start + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(image_files.BadImages, match=r"image_0001\.jpg is damaged"):
        flowers17.decoded("image_0001.jpg", bytes(content), None, SIDE)


def test_an_image_that_is_there_twice_is_named(
    machine: Path, photographs: dict[str, bytes]
) -> None:
    members = {**photographs, "other/image_0003.jpg": photographs["image_0003.jpg"]}
    with pytest.raises(DatasetMissing, match=r"image_0003\.jpg is in .* twice"):
        flowers17.read(archive(machine / "f.tgz", members), SIDE)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_what_is_no_plain_file_in_an_archive_is_not_followed(
    machine: Path, photographs: dict[str, bytes], kind: bytes
) -> None:
    secret = machine / "secret.jpg"
    secret.write_bytes(photographs["image_0004.jpg"])
    members = {name: data for name, data in photographs.items() if name != "image_0004.jpg"}
    path = archive(machine / "f.tar", members)
    linked(path, "jpg/image_0004.jpg", str(secret), kind)
    with pytest.raises(DatasetMissing, match=r"image_0004\.jpg in .* is no plain file"):
        flowers17.read(path, SIDE)


def test_names_that_lead_out_of_the_archive_lead_nowhere(
    machine: Path, photographs: dict[str, bytes]
) -> None:
    path = archive(machine / "f.tgz", photographs, "../../../")
    before = sorted(machine.rglob("*"))
    assert flowers17.read(path, SIDE).shape == SHAPE
    assert sorted(machine.rglob("*")) == before


def test_a_name_cannot_write_to_the_terminal(machine: Path, photographs: dict[str, bytes]) -> None:
    members = {**photographs, "\x1b[2J.jpg": b""}
    with pytest.raises(DatasetMissing, match=r"\\x1b\[2J\.jpg in .* is none of the published"):
        flowers17.read(archive(machine / "f.tgz", members), SIDE)


def test_an_archive_that_unpacks_without_end_is_not_read_to_its_end(
    machine: Path, photographs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_files, "MOST_BYTES_IN_ALL", 2 * 2**20)
    path = archive(machine / "f.tgz", {"zeros.bin": bytes(4 * 2**20), **photographs})
    with pytest.raises(DatasetMissing, match="holds more than the 2 MiB"):
        flowers17.read(path, SIDE)


@pytest.mark.parametrize("form", ["f.tgz", "f.tar"])
def test_an_archive_that_is_cut_off_says_where(
    machine: Path, photographs: dict[str, bytes], form: str
) -> None:
    path = archive(machine / form, photographs)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DatasetMissing, match=r"is cut off or damaged after image_0\d\d\d\.jpg"):
        flowers17.read(path, SIDE)


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b and then nothing", b"<html>" * 1000])
def test_what_is_no_archive_is_said_to_be_damaged(machine: Path, content: bytes) -> None:
    path = machine / "f.tgz"
    path.write_bytes(content)
    with pytest.raises(DatasetMissing, match=r"damaged after its beginning|are missing"):
        flowers17.read(path, SIDE)


def test_the_published_archive_needs_no_checksum_of_each_image(
    machine: Path, photographs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(machine / "f.tgz", photographs)
    sums = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(flowers17, "REMOTE", replace(flowers17.REMOTE, sha256=sums))
    monkeypatch.setattr(flowers17, "checksums", lambda: pytest.fail("they were asked for"))
    assert flowers17.read(path, SIDE).shape == SHAPE


def test_what_was_decoded_is_not_decoded_again(
    machine: Path, photographs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(machine / "data" / "17flowers.tgz", photographs)
    first = flowers17.load(SIDE)
    flowers17.load.cache_clear()
    monkeypatch.setattr(flowers17, "read", lambda *_: pytest.fail("it was read again"))
    again = flowers17.load(SIDE)
    np.testing.assert_array_equal(first.x_train, again.x_train)
    assert [path.name for path in (machine / "cache" / "convgrade").iterdir()] == [
        decoded_cache.place("flowers17", SHAPE).name
    ]


@pytest.mark.parametrize("damage", ["cut off", "other pixels", "other shape", "pickle", "empty"])
def test_a_damaged_cache_is_made_anew(
    machine: Path, photographs: dict[str, bytes], damage: str
) -> None:
    archive(machine / "data" / "17flowers.tgz", photographs)
    first = flowers17.load(SIDE)
    flowers17.load.cache_clear()
    path = decoded_cache.place("flowers17", SHAPE)
    good = path.read_bytes()
    if damage == "cut off":
        path.write_bytes(good[:-500])
    if damage == "other pixels":
        with np.load(path) as whole:
            np.savez(path, images=whole["images"] ^ 1, digest=whole["digest"])
    if damage == "other shape":
        path.write_bytes(b"")
        decoded_cache.keep("flowers17", np.zeros(SHAPE, np.uint8)[:, :, :, :2])
    if damage == "pickle":
        np.savez(path, images=np.array([None]), digest=np.array(""))
    if damage == "empty":
        path.write_bytes(b"")
    np.testing.assert_array_equal(flowers17.load(SIDE).x_train, first.x_train)
    assert path.read_bytes() == good


def test_another_size_is_kept_in_a_file_of_its_own(
    machine: Path, photographs: dict[str, bytes]
) -> None:
    archive(machine / "data" / "17flowers.tgz", photographs)
    assert flowers17.load(SIDE).x_train.shape[1] == SIDE
    assert flowers17.load(SIDE + 1).x_train.shape[1] == SIDE + 1
    assert len(list((machine / "cache" / "convgrade").iterdir())) == 2


def test_where_nothing_can_be_kept_it_is_loaded_all_the_same(
    machine: Path, photographs: dict[str, bytes]
) -> None:
    (machine / "cache").write_text("no folder")
    archive(machine / "data" / "17flowers.tgz", photographs)
    assert flowers17.load(SIDE).x_train.shape == (1020, SIDE, SIDE, 3)


def test_a_write_that_fails_leaves_nothing_behind(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    decoded_cache.keep("flowers17", np.zeros(SHAPE, np.uint8))
    assert list((machine / "cache" / "convgrade").iterdir()) == []


@pytest.mark.parametrize("size", [0, 7, 501, -64])
def test_a_size_that_there_cannot_be_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="size must be from 8 to 500"):
        flowers17.load(size)


def test_what_is_not_here_says_which_command_brings_it() -> None:
    with pytest.raises(DatasetMissing, match="autograder data fetch flowers17"):
        datasets.load("flowers17")


def test_the_published_file_is_fetched_though_its_size_is_not_known(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * 2000 + b"tail"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(FileServer(content)) as server:
        remote = replace(
            flowers17.REMOTE, url=server.url, sha256=hashlib.sha256(content).hexdigest()
        )
        entry = datasets._entry("flowers17")
        about = replace(entry.about, remote=remote)
        monkeypatch.setitem(datasets._CATALOGUE, "flowers17", replace(entry, about=about))
        result = CliRunner().invoke(app, ["data", "fetch", "flowers17"])
    assert result.exit_code == 0
    assert (machine / "data" / "17flowers.tgz").read_bytes() == content
    assert datasets.find("flowers17") == machine / "data" / "17flowers.tgz"
    assert "not for passing on" in result.stdout
    assert "100 %" in result.stderr


@pytest.mark.parametrize("announced", [True, False])
def test_a_fetch_of_unknown_size_that_breaks_off_is_not_kept_as_whole(
    machine: Path, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    content = bytes(range(256)) * 2000
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(FileServer(content, cut=300_000, announced=announced)) as server:
        remote = replace(
            flowers17.REMOTE, url=server.url, sha256=hashlib.sha256(content).hexdigest()
        )
        with pytest.raises(datasets.DownloadFailed, match=r"0\.3 MB of 0\.5 MB|SHA-256 differs"):
            fetch(remote, machine)
    assert not (machine / "17flowers.tgz").exists()


def test_the_real_copy_is_read(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("CONVGRADE_DATA", str(real_file("flowers17.tar").parent))
    monkeypatch.setenv("XDG_CACHE_HOME", str(machine / "cache"))
    data = flowers17.load(SIDE)
    assert data.x_train.shape == (1020, SIDE, SIDE, 3)
    blue = [
        float((data.x_train[data.y_train == kind, 2:6, 2:6] @ np.array([-1, -1, 2.0])).mean())
        for kind in (data.class_names.index("bluebell"), data.class_names.index("sunflower"))
    ]
    assert blue[0] > 0 > blue[1]


def test_there_is_a_checksum_for_each_image() -> None:
    lines = flowers17.CHECKSUMS.read_text().split()
    sums = [line for line in lines if len(line) == 16 and set(line) <= set("0123456789abcdef")]
    assert len(set(sums)) == 1360
