"""Signed results: every change, every borrowed signature and every other key is found out."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from jsonschema import Draft202012Validator
from published_results import every_kind

from autograder.cli.result_reports import signing_key
from autograder.errors import AutograderError
from autograder.publish import json as publish_json
from autograder.publish.reading import read_results
from autograder.publish.signing import PublicKey, SigningKey
from autograder.publish.visibility import FeedbackVisibility

KINDS = every_kind()
Document = dict[str, Any]


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys as ssh-keygen and openssl make them."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ssh", "other"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
    run("openssl", "genpkey", "-algorithm", "ed25519", "-out", str(folder / "pem"))
    run("openssl", "pkey", "-in", str(folder / "pem"), "-pubout", "-out", str(folder / "pem.pub"))
    return folder


def private(keys: Path, name: str = "ssh") -> SigningKey:
    return SigningKey.read((keys / name).read_bytes(), name)


def public(keys: Path, name: str = "ssh") -> PublicKey:
    return PublicKey.read((keys / f"{name}.pub").read_bytes(), name)


def signed(keys: Path, kind: str = "advice", **changed: Any) -> Document:
    """A signed result as it is read back from its text."""
    text = publish_json.dumps([replace(KINDS[kind], **changed)], private(keys))
    (document,) = read_results(text.encode())
    return document


@pytest.mark.parametrize("name", ["ssh", "pem"])
def test_a_key_of_either_program_signs_and_verifies(keys: Path, name: str) -> None:
    (document,) = json.loads(publish_json.dumps([KINDS["advice"]], private(keys, name)))
    assert public(keys, name).misfit(document) == ""


def test_the_fingerprint_is_that_of_ssh_keygen(keys: Path) -> None:
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(keys / "ssh.pub")], capture_output=True, text=True
    )
    assert public(keys).fingerprint == shown.stdout.split()[1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hidden_tests", ["messages", "none"])
def test_every_kind_of_result_verifies_as_it_is_published(
    keys: Path, kind: str, hidden_tests: str
) -> None:
    shown = FeedbackVisibility.of({"hidden_tests": hidden_tests}).applied(KINDS[kind])
    text = publish_json.dumps([shown], private(keys))
    (document,) = read_results(text.encode())
    assert public(keys).misfit(document) == ""
    Draft202012Validator(publish_json.schema()).validate([document])


def test_order_layout_and_forms_of_numbers_do_not_matter(keys: Path) -> None:
    document = signed(keys)
    again = json.dumps(dict(reversed(document.items())), indent=7, ensure_ascii=False)
    again = again.replace('"max_score": 3.0', '"max_score": 3')
    (read,) = read_results(again.encode())
    assert public(keys).misfit(read) == ""


def change(*path: str | int, to: Any) -> Callable[[Document], None]:
    """A change of one entry."""

    def apply(document: Document) -> None:
        place: Any = document
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = to

    return apply


@pytest.mark.parametrize(
    ("forge", "complaint"),
    [
        (change("score", to=3.0), "Not as it was signed: score."),
        (change("student", to="bob"), "Not as it was signed: student."),
        (change("submission_digest", to="0" * 64), "Not as it was signed: submission_digest."),
        (change("versions", "numpy", to="9"), "Not as it was signed: versions."),
        (change("isolation", to="process"), "Not as it was signed: isolation."),
        (change("exercises", 0, "suite_digest", to="0" * 64), "Not as it was signed: exercises."),
        (change("exercises", 0, "score", to=True), "Not as it was signed: exercises."),
        (change("note", to="excused"), "Added after it was signed: note."),
        (lambda it: it.pop("reason"), "Missing: reason."),
        (lambda it: it.pop("signature"), "It has no signature."),
        (change("signature", to="x"), "Its signature is not in a form"),
        (change("signature", "algorithm", to="none"), "Its signature is not in a form"),
        (change("signature", "value", to=""), "changed or made up"),
        (change("signature", "value", to=7), "changed or made up"),
        (change("signature", "signed_at", to="2020-01-01T00:00:00Z"), "changed or made up"),
        (change("signature", "covers", to={}), "changed or made up"),
        (change("signature", "covers", "score", to="0" * 64), "changed or made up"),
        (change("signature", "extra", to=1), "changed or made up"),
    ],
)
def test_every_change_is_found_and_named(
    keys: Path, forge: Callable[[Document], Any], complaint: str
) -> None:
    document = deepcopy(signed(keys))
    forge(document)
    assert complaint in public(keys).misfit(document)


def test_digests_that_fit_a_forged_score_do_not_help_without_the_key(keys: Path) -> None:
    document = signed(keys)
    forged = private(keys, "other").signed({**document, "score": 3.0} | {"signature": None})
    claimed = deepcopy(forged)
    claimed["signature"]["key"] = public(keys).fingerprint
    assert "not signed by this key" in public(keys).misfit(forged)
    assert "changed or made up" in public(keys).misfit(claimed)


def test_the_signature_of_another_result_is_found(keys: Path) -> None:
    bobs = signed(keys, "outcome failed", student="bob", submission="bob.py", seconds=2.0)
    bobs["signature"] = signed(keys)["signature"]
    assert "Not as it was signed" in public(keys).misfit(bobs)
    rejected = {**signed(keys, "rejected"), "signature": signed(keys)["signature"]}
    assert public(keys).misfit(rejected)


def test_a_signature_for_another_purpose_is_none(keys: Path) -> None:
    document = signed(keys)
    statement = {name: each for name, each in document["signature"].items() if name != "value"}
    key = private(keys).private
    document["signature"]["value"] = base64.b64encode(key.sign(rfc8785.dumps(statement))).decode()
    assert "changed or made up" in public(keys).misfit(document)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[{"score": 3, "score": 1}]', "stands twice"),
        ('[{"a": {"b": 1, "b": 1}}]', "stands twice"),
        ('[{"score": NaN}]', "none in JSON"),
        ('[{"score": 1e999}]', "none in JSON"),
        ('[{"score": 123456789012345678901234567890}]', "none in JSON"),
        ('[{"student": "\\ud800"}]', "none in JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "not a document of results"),
        ("[1]", "not a document of results"),
        ("", "not JSON"),
        ("{", "not JSON"),
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_results(text.encode())


def test_what_is_not_text_is_not_read() -> None:
    with pytest.raises(ValueError, match="UTF-8"):
        read_results(b'[{"a": "\xff"}]')


@pytest.mark.parametrize(
    ("algorithm", "message"), [("rsa", "not a private Ed25519"), ("ecdsa", "not a private Ed25519")]
)
def test_another_kind_of_key_is_refused(tmp_path: Path, algorithm: str, message: str) -> None:
    run("ssh-keygen", "-q", "-t", algorithm, "-N", "", "-f", str(tmp_path / "key"))
    with pytest.raises(AutograderError, match=message):
        signing_key(tmp_path / "key", is_needed=True)
    with pytest.raises(AutograderError, match="not a public Ed25519"):
        PublicKey.read((tmp_path / "key.pub").read_bytes(), "key.pub")


@pytest.mark.parametrize("form", ["ssh", "pem"])
def test_a_key_with_a_passphrase_is_refused_in_a_sentence(tmp_path: Path, form: str) -> None:
    key = str(tmp_path / "key")
    if form == "ssh":
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", key)
    else:
        run(
            "openssl", "genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x", "-out", key
        )
    with pytest.raises(AutograderError, match="passphrase"):
        signing_key(tmp_path / "key", is_needed=True)


@pytest.mark.parametrize("text", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\nAA\n"])
def test_what_is_no_key_is_refused(text: bytes) -> None:
    with pytest.raises(AutograderError, match="not a private Ed25519 key"):
        SigningKey.read(text, "key")


def test_a_private_key_is_not_asked_for_where_a_public_one_is_enough(keys: Path) -> None:
    with pytest.raises(AutograderError, match="private key: keep it"):
        PublicKey.read((keys / "ssh").read_bytes(), "ssh")


def test_the_environment_may_hold_the_key_with_other_ends_of_lines(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (keys / "ssh").read_text().strip().replace("\n", "\r\n")
    monkeypatch.setenv("AUTOGRADER_SIGNING_KEY", text)
    found = signing_key(None, is_needed=True)
    assert found is not None
    assert found.public.fingerprint == public(keys).fingerprint
    assert signing_key(None, is_needed=False) is None
    monkeypatch.delenv("AUTOGRADER_SIGNING_KEY")
    assert signing_key(None, is_needed=True) is None


def test_a_key_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(AutograderError, match="cannot be read"):
        signing_key(tmp_path / "none", is_needed=True)
