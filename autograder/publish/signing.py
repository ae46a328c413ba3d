"""Signs published results with an Ed25519 key, and finds out what of a result its key did not sign.

The signature is of the digests of all entries of a result, so that it can be said which entry was
changed. A digest is the SHA-256 of the entry in the canonical form of RFC 8785.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import rfc8785
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from autograder.errors import AutograderError

ENTRY = "signature"
ALGORITHM = "ed25519"
_PURPOSE = b"convgrade result, version 1\n"
"""Begins every message that is signed, so that no signature for another purpose is one of ours."""
_MAKE_ONE = "`ssh-keygen -t ed25519 -N '' -f signing_key` makes one."
_FEW = 3


@dataclass(frozen=True)
class SigningKey:
    """The instructor's private key."""

    private: Ed25519PrivateKey

    @classmethod
    def read(cls, text: bytes, name: str) -> Self:
        """Read a key as `ssh-keygen -t ed25519` or `openssl genpkey -algorithm ed25519` writes it.

        Args:
            text: the content of its file.
            name: where it comes from, for messages.

        Raises:
            AutograderError: it is no such key, or is protected by a passphrase.
        """
        text = text.replace(b"\r\n", b"\n").strip() + b"\n"  # as copied into a form for secrets
        is_ssh = text.startswith(b"-----BEGIN OPENSSH")
        load = serialization.load_ssh_private_key if is_ssh else serialization.load_pem_private_key
        try:
            key = load(text, None)
        except TypeError:
            raise AutograderError(
                f"{name} is protected by a passphrase, which grading cannot ask for: use a key "
                f"without one. {_MAKE_ONE}"
            ) from None
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise AutograderError(f"{name} is not a private Ed25519 key. {_MAKE_ONE}")
        return cls(key)

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this one signs."""
        return PublicKey(self.private.public_key())

    def signed(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """A published result with its signature as the last entry.

        Args:
            result: the result as JSON, with no lone surrogate and no NaN or infinity.
        """
        statement = {
            "algorithm": ALGORITHM,
            "key": self.public.fingerprint,
            "signed_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "covers": _digests(result),
        }
        value = base64.b64encode(self.private.sign(_message(statement))).decode()
        return {**result, ENTRY: {**statement, "value": value}}


@dataclass(frozen=True)
class PublicKey:
    """The key that everybody may have."""

    key: Ed25519PublicKey

    @classmethod
    def read(cls, text: bytes, name: str) -> Self:
        """Read a key in the form of OpenSSH (`ssh-ed25519 …`) or in PEM.

        Args:
            text: the content of its file.
            name: where it comes from, for messages.

        Raises:
            AutograderError: it is no such key.
        """
        text = text.strip()
        if b"PRIVATE KEY" in text:
            raise AutograderError(
                f"{name} is a private key: keep it, and verify with the public one (of ssh-keygen, "
                "the file that ends in .pub)."
            )
        is_pem = text.startswith(b"-----BEGIN")
        load = serialization.load_pem_public_key if is_pem else serialization.load_ssh_public_key
        try:
            key = load(text)
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise AutograderError(f"{name} is not a public Ed25519 key.")
        return cls(key)

    @property
    def fingerprint(self) -> str:
        """Its fingerprint, as `ssh-keygen -l` shows it."""
        digest = serialization.ssh_key_fingerprint(self.key, hashes.SHA256())
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def misfit(self, result: Mapping[str, Any]) -> str:
        """Say in a sentence what of a published result this key did not sign; "" if it signed all.

        Args:
            result: the result as `read_results` returns it.
        """
        signature = result.get(ENTRY)
        if signature is None:
            return "It has no signature."
        if not isinstance(signature, dict) or signature.get("algorithm") != ALGORITHM:
            return "Its signature is not in a form that is known here."
        if not self._has_signed(signature):
            other = signature.get("key")
            if isinstance(other, str) and other != self.fingerprint:
                return f"It was not signed by this key: it names {other[:60]}."
            return "Its signature was changed or made up: this key has not made it."
        return _difference(signature["covers"], _digests(result))

    def _has_signed(self, signature: Mapping[str, Any]) -> bool:
        statement = {name: value for name, value in signature.items() if name != "value"}
        try:
            value = base64.b64decode(signature["value"], validate=True)
            self.key.verify(value, _message(statement))
        except (KeyError, TypeError, ValueError, binascii.Error, InvalidSignature):
            return False
        return True


def read_key_file(file: Path) -> bytes:
    """The bytes of a file with a key.

    Raises:
        AutograderError: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            return opened.read(2**16)
    except OSError as error:
        raise AutograderError(f"The key {file} cannot be read ({error.strerror}).") from None


def _message(statement: Mapping[str, Any]) -> bytes:
    return _PURPOSE + rfc8785.dumps(dict(statement))


def _digests(result: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: hashlib.sha256(rfc8785.dumps(value)).hexdigest()
        for name, value in result.items()
        if name != ENTRY
    }


def _difference(signed: Mapping[str, str], found: Mapping[str, str]) -> str:
    changed = [name for name in signed.keys() & found.keys() if signed[name] != found[name]]
    if len(changed) > len(signed) / 2:
        return "Its signature was taken from another result."
    kinds = {
        "Not as it was signed": changed,
        "Missing": signed.keys() - found.keys(),
        "Added after it was signed": found.keys() - signed.keys(),
    }
    return " ".join(f"{how}: {_listed(names)}." for how, names in kinds.items() if names)


def _listed(names: Any) -> str:
    shown = [ascii(name[:40])[1:-1] for name in sorted(names)]
    more = f" and {len(shown) - _FEW} more" if len(shown) > _FEW else ""
    return ", ".join(shown[:_FEW]) + more
