"""The datasets by name: what is in them, and that nothing but the published one is accepted."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from file_server import FileServer, serving
from real_data import real_file
from typer.testing import CliRunner

from autograder.cli import app
from convgrade import datasets
from convgrade.datasets import Dataset, DatasetMissing, UnknownDataset, cifar10, download, mnist
from convgrade.datasets import digits as digits_module


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine on which nothing has been fetched, by us or by Keras."""
    monkeypatch.setenv("CONVGRADE_DATA", str(tmp_path / "ours"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    mnist.load.cache_clear()
    cifar10.load.cache_clear()


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return datasets.load("digits")


def test_digits_look_like_mnist(digits: Dataset) -> None:
    assert digits.x_train.shape == (1297, 28, 28)
    assert digits.x_test.shape == (500, 28, 28)
    assert digits.x_train.dtype == digits.x_test.dtype == np.uint8
    assert digits.y_train.dtype == digits.y_test.dtype == np.int64
    assert digits.x_train.max() == 255
    assert digits.x_train.min() == 0
    assert digits.classes == 10


def test_each_digit_is_held_out_equally_often(digits: Dataset) -> None:
    assert np.bincount(digits.y_test).tolist() == [50] * 10
    assert np.bincount(digits.y_train).min() >= 124


def test_no_digit_is_in_both_splits(digits: Dataset) -> None:
    images = np.concatenate([digits.x_train, digits.x_test]).reshape(1797, -1)
    assert len(np.unique(images, axis=0)) == 1797


def test_digits_are_those_of_scikit_learn() -> None:
    from sklearn.datasets import load_digits

    original = load_digits()
    images, labels = digits_module.published()
    np.testing.assert_array_equal(images, original.images)
    np.testing.assert_array_equal(labels, original.target)


def test_an_enlarged_digit_keeps_its_class(digits: Dataset) -> None:
    small, classes = digits_module.published()
    large = np.concatenate([digits.x_train, digits.x_test]).reshape(1797, 4, 7, 4, 7)
    labels = np.concatenate([digits.y_train, digits.y_test])
    ours, theirs = (
        [images[of == digit].mean(axis=(0, 2, 4)).ravel() for digit in range(10)]
        for images, of in ((large, labels), (small.reshape(1797, 4, 2, 4, 2), classes))
    )
    similarity = np.corrcoef(ours, theirs)[:10, 10:]
    assert similarity.argmax(axis=1).tolist() == list(range(10))
    assert similarity.diagonal().min() > 0.99


def test_neither_split_is_sorted_by_class(digits: Dataset) -> None:
    for labels in (digits.y_train, digits.y_test):
        assert set(labels[:100].tolist()) == set(range(10))


def test_the_split_is_the_same_in_another_process(digits: Dataset) -> None:
    code = (
        "import hashlib; from convgrade import datasets; d = datasets.load('digits');"
        "print(hashlib.sha256(d.x_test.tobytes() + d.y_test.tobytes()).hexdigest())"
    )
    import hashlib

    want = hashlib.sha256(digits.x_test.tobytes() + digits.y_test.tobytes()).hexdigest()
    assert _python(code) == want


def test_what_is_shared_cannot_be_changed(digits: Dataset) -> None:
    with pytest.raises(ValueError, match="read-only"):
        digits.x_train[0] = 0


def test_loading_digits_imports_no_framework() -> None:
    code = (
        "import sys; from convgrade import datasets; datasets.load('digits');"
        "print(any(name in sys.modules for name in ('tensorflow', 'keras', 'torch')))"
    )
    assert _python(code) == "False"


def _python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("name", datasets.names())
def test_every_dataset_says_where_it_comes_from_and_on_what_terms(name: str) -> None:
    about = datasets.about(name)
    assert about.source
    assert about.licence
    assert about.citation


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
@pytest.mark.usefixtures("empty_cache")
def test_what_is_not_here_says_which_command_brings_it(name: str) -> None:
    with pytest.raises(DatasetMissing, match=f"autograder data fetch {name}"):
        datasets.load(name)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownDataset, match="digits, mnist, cifar10"):
        datasets.load("imagenet")


def test_mnist_is_found_where_keras_keeps_it(empty_cache: Path) -> None:
    folder = empty_cache / "keras" / "datasets"
    folder.mkdir(parents=True)
    (folder / "mnist.npz").symlink_to(real_file("mnist.npz"))
    data = datasets.load("mnist")
    assert data.x_train.shape == (60000, 28, 28)
    assert data.x_test.shape == (10000, 28, 28)
    assert data.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert datasets.find("mnist") == folder / "mnist.npz"


@pytest.mark.parametrize("damage", ["other pixels", "an object array", "an array less", "no zip"])
def test_another_file_called_mnist_is_refused(empty_cache: Path, damage: str) -> None:
    path = empty_cache / "ours" / "mnist.npz"
    path.parent.mkdir()
    arrays: dict[str, np.ndarray] = {
        name: np.zeros((3, 28, 28) if name.startswith("x") else 3, np.uint8)
        for name in mnist.PUBLISHED_MD5
    }
    if damage == "an object array":
        arrays["x_train"] = np.array([Unpickled()], dtype=object)
    if damage == "an array less":
        del arrays["y_test"]
    np.savez(path, **arrays)
    if damage == "no zip":
        path.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(DatasetMissing, match="not MNIST as published"):
        datasets.load("mnist")


class Unpickled:
    """Fails the test if an archive's pickle is ever loaded."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return pytest.fail, ("a pickle was loaded",)


def test_the_checksum_is_that_of_the_file_of_1998() -> None:
    labels = np.array([5, 0, 4], dtype=np.uint8)
    import hashlib

    idx = b"\0\0\x08\x01" + b"\0\0\0\x03" + bytes([5, 0, 4])
    assert mnist.idx_md5(labels) == hashlib.md5(idx, usedforsecurity=False).hexdigest()


def cifar_archive(path: Path, members: dict[str, bytes], link: str | None = None) -> Path:
    """An archive laid out as CIFAR-10's."""
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        if link is not None:
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{link}")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info)
    return path


def batches() -> dict[str, bytes]:
    """Six batches of 10,000 images: batch b has the class b in every record, and b as red."""
    return {
        name: (bytes([number]) + bytes([number]) * 1024 + bytes([200]) * 2048) * 10_000
        for number, name in enumerate((*cifar10.BATCHES, cifar10.TEST_BATCH))
    }


def test_cifar10_is_read_from_plain_bytes(tmp_path: Path) -> None:
    data = cifar10.read(cifar_archive(tmp_path / "c.tar.gz", batches()))
    assert data.x_train.shape == (50_000, 32, 32, 3)
    assert data.x_test.shape == (10_000, 32, 32, 3)
    assert data.x_train[25_000, 4, 7].tolist() == [2, 200, 200]
    assert data.y_train[::10_000].tolist() == [0, 1, 2, 3, 4]
    assert data.y_test[0] == 5


def test_colours_and_rows_are_in_their_order() -> None:
    pixels = np.arange(3 * 32 * 32) % 251
    images, labels = cifar10.decoded(bytes([7]) + pixels.astype(np.uint8).tobytes())
    assert labels.tolist() == [7]
    assert images[0, 1, 2].tolist() == [int((c * 1024 + 34) % 251) for c in range(3)]


@pytest.mark.parametrize("damage", ["a batch less", "a link", "a short batch", "half", "no tar"])
def test_another_archive_is_refused(tmp_path: Path, damage: str) -> None:
    members = batches()
    if damage in ("a batch less", "a link"):
        del members["data_batch_3.bin"]
    if damage == "a short batch":
        members["data_batch_3.bin"] = members["data_batch_3.bin"][:-1]
    link = "data_batch_3.bin" if damage == "a link" else None
    path = cifar_archive(tmp_path / "c.tar.gz", members, link)
    if damage == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    if damage == "no tar":
        path.write_bytes(b"nothing of the kind")
    with pytest.raises(DatasetMissing, match="not CIFAR-10 as published"):
        cifar10.read(path)


def test_an_archive_with_another_checksum_is_not_even_opened(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = empty_cache / "ours" / cifar10.REMOTE.file
    path.parent.mkdir()
    path.write_bytes(b"something else")
    monkeypatch.setattr(tarfile, "open", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(DatasetMissing, match="not CIFAR-10 as published"):
        datasets.load("cifar10")


def test_data_fetch_brings_the_file_and_says_its_terms(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"digits" * 1000
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(FileServer(content)) as server:
        published = replace(
            mnist.REMOTE, url=server.url, size=len(content), sha256=_sha256_of(content, empty_cache)
        )
        about = replace(mnist.ABOUT, remote=published)
        monkeypatch.setitem(
            datasets._CATALOGUE, "mnist", replace(datasets._entry("mnist"), about=about)
        )
        result = CliRunner().invoke(app, ["data", "fetch", "mnist"])
    assert result.exit_code == 0
    assert (empty_cache / "ours" / "mnist.npz").read_bytes() == content
    assert "CC BY-SA 3.0" in result.stdout
    assert "100 %" in result.stderr


def _sha256_of(content: bytes, folder: Path) -> str:
    (folder / "content").write_bytes(content)
    return download.sha256(folder / "content")


def test_data_fetch_of_an_embedded_dataset_fetches_nothing() -> None:
    result = CliRunner().invoke(app, ["data", "fetch", "digits"])
    assert result.exit_code == 0
    assert "embedded" in result.stdout


def test_data_fetch_of_an_unknown_dataset_is_one_sentence() -> None:
    result = CliRunner().invoke(app, ["data", "fetch", "imagenet"])
    assert result.exit_code == 2
    assert "digits, mnist, cifar10" in result.stderr


@pytest.mark.usefixtures("empty_cache")
def test_data_list_shows_what_is_here_and_what_is_not() -> None:
    result = CliRunner().invoke(app, ["data", "list"])
    assert result.exit_code == 0
    assert "embedded" in result.stdout
    assert "autograder data fetch cifar10" in result.stdout


@pytest.mark.parametrize("command", ["fetch", "list"])
def test_data_commands_answer_help_with_an_example(command: str) -> None:
    result = CliRunner().invoke(app, ["data", command, "--help"])
    assert f"autograder data {command}" in result.output
