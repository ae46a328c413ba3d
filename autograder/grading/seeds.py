"""The course secret, and the seed of one submission's test inputs.

Neither may be in anything that a student receives.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import shutil
from pathlib import Path

from autograder.errors import CourseError

VARIABLE = "AUTOGRADER_SECRET"
SECRET_BYTES = 32


def secret_file(root: Path) -> Path:
    return root / ".autograder" / "secret"


def course_secret(root: Path, *, create: bool = True) -> bytes:
    """The secret of a course: from the environment, else from its file, else a new one.

    Args:
        root: the course root.
        create: if there is no file, write a new secret to it (owner-only); without `create`, a
            new secret is only returned.

    Raises:
        CourseError: the file cannot be read or written, or is too short to be a secret.
    """
    given = os.environ.get(VARIABLE, "")
    if given:
        return hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest()
    path = secret_file(root)
    try:
        if not path.is_file():
            fresh = secrets.token_bytes(SECRET_BYTES)
            if not create:
                return fresh
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_once(path, fresh)
        secret = path.read_bytes()
    except OSError as error:
        raise CourseError(
            f"The course secret {path} cannot be used ({error.strerror}); "
            f"set {VARIABLE} in the environment instead."
        ) from None
    if len(secret) < SECRET_BYTES:
        raise CourseError(f"The course secret {path} is too short; delete it to make a new one.")
    return secret


def secret_of_place(secret: bytes, place: str) -> bytes:
    """A secret for another place where the course grades; 32 bytes.

    Who knows it learns nothing about the course secret, or about the secret of another place.

    Args:
        secret: the course secret.
        place: its name, for instance of a platform and an assignment.
    """
    return hmac.digest(secret, b"place: " + place.encode(), hashlib.sha256)


def _write_once(path: Path, secret: bytes) -> None:
    """Write the secret in one step; if another process was first, its secret stays."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        shutil.copyfile(temporary, path)
        path.chmod(0o600)
    finally:
        temporary.unlink()


def seed_for(secret: bytes, assignment: str, student: str, digest: str) -> bytes:
    """HMAC-SHA256 of the assignment, the student and the submission's digest; 32 bytes."""
    parts = (assignment, student, digest)
    message = b"".join(
        len(data).to_bytes(8, "big") + data
        for data in (part.encode("utf-8", "surrogateescape") for part in parts)
    )
    return hmac.digest(secret, message, hashlib.sha256)
