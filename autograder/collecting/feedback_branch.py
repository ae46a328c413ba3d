"""Adds feedback to a branch of a student's repository, without a work tree and without force.

The branch keeps what others have put there: a new commit is added to its newest one, and only the
folder of the assignment is replaced.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from autograder.collecting.addresses import Address
from autograder.collecting.git import NETWORK, THIS_MACHINE, Git, GitFailed
from autograder.collecting.records import State
from autograder.collecting.repositories import NoSuchBranch, Repository, Wanted
from autograder.errors import SubmissionRejected

_TRIES = 2
_REJECTED = re.compile(r"\[rejected\]|fetch first|non-fast-forward|cannot lock ref")
_RECEIVE_PACK = " ".join(
    [
        "git",
        f"-c core.hooksPath={os.devnull}",
        "-c core.fsmonitor=false",
        "-c core.alternateRefsCommand=true",
        "-c receive.denyCurrentBranch=refuse",
        "-c receive.autogc=false",
        "-c gc.auto=0",
        "-c maintenance.auto=false",
        "receive-pack",
    ]
)
"""For a folder of this machine: no hook and no command of its settings is run there."""
_UNSAFE_SETTINGS = re.compile(rb"\[\s*include|promisor|partialclone|worktreeconfig", re.IGNORECASE)
_LONGEST_SETTINGS = 2**16


class FeedbackBranch:
    """A branch for feedback in one student's repository."""

    def __init__(self, git: Git, address: Address, branch: str) -> None:
        self._git = git
        self._address = address
        self._wanted = Wanted(f"refs/heads/{branch}", f"branch `{branch}`")

    def add(self, folder: str, pages: Mapping[str, bytes]) -> State:
        """Replace a folder of the branch by these pages.

        Args:
            folder: the name of the folder.
            pages: their content, by name.

        Raises:
            SubmissionRejected: the branch cannot be read, or must not be written.
            GitFailed: it cannot be written.
        """
        if self._address.folder is not None:
            require_harmless(self._address.folder)
        for _ in range(_TRIES):
            with tempfile.TemporaryDirectory(prefix="convgrade-return-") as scratch:
                state = self._try(Path(scratch) / "objects.git", folder, pages)
            if state is not None:
                return state
        raise SubmissionRejected("somebody else wrote to the branch at the same time")

    def _try(self, place: Path, folder: str, pages: Mapping[str, bytes]) -> State | None:
        """Add the pages once; None if somebody else was quicker."""
        repository = Repository(self._git, place)
        try:
            tip = repository.fetch_tip(self._address, self._wanted)
        except NoSuchBranch:
            tip = ""
        try:
            tree = self._tree(place, tip, folder, pages)
            if tip and tree == self._line(place, "rev-parse", f"{tip}^{{tree}}"):
                return State.AS_BEFORE
            parent = ("-p", tip) if tip else ()
            message = f"Feedback on {folder}"
            commit = self._line(place, "commit-tree", *parent, "-m", message, tree)
            self._push(place, commit)
        except GitFailed as error:
            if _REJECTED.search(error.complaint):
                return None
            raise
        return State.CHANGED if tip else State.NEW

    def _tree(self, place: Path, tip: str, folder: str, pages: Mapping[str, bytes]) -> str:
        """Write the tree of the new commit, and return its name."""
        below = b""
        for name, content in pages.items():
            blob = self._line(place, "hash-object", "-w", "--no-filters", "--stdin", given=content)
            below += f"100644 blob {blob}\t{name}\0".encode()
        mine = self._line(place, "mktree", "-z", given=below)
        others = b""
        if tip:
            listed = self._git.run(place, "ls-tree", "-z", "--full-tree", tip)
            for line in listed.split(b"\0"):
                if line and line.partition(b"\t")[2] != folder.encode():
                    others += line + b"\0"
        top = others + f"040000 tree {mine}\t{folder}\0".encode()
        return self._line(place, "mktree", "-z", "--missing", given=top)

    def _push(self, place: Path, commit: str) -> None:
        refs = f"{commit}:{self._wanted.name}"
        options = ("push", "--quiet", "--no-verify", "--no-signed")
        if self._address.folder is None:
            self._git.run(place, *options, "--", self._address.url, refs, protocols=NETWORK)
            return
        url = self._address.folder.absolute().as_uri()
        receive = f"--receive-pack={_RECEIVE_PACK}"
        self._git.run(place, *options, receive, "--", url, refs, protocols=THIS_MACHINE)

    def _line(self, place: Path, *arguments: str, given: bytes = b"") -> str:
        return self._git.run(place, *arguments, given=given).decode("ascii").strip()


def require_harmless(folder: Path) -> None:
    """Refuse a repository of this machine that leads elsewhere, or whose settings may.

    Raises:
        SubmissionRejected: it does.
    """
    inner = folder / ".git"
    place = inner if os.path.lexists(inner) else folder
    leads_away = [folder, place, place / "objects", place / "refs", place / "config"]
    if any(path.is_symlink() for path in leads_away):
        raise SubmissionRejected("the repository is or has a symbolic link, which is not followed")
    if not (place / "HEAD").is_file():
        raise SubmissionRejected("the folder is no repository")
    if os.path.lexists(place / "objects" / "info" / "alternates"):
        raise SubmissionRejected("the repository borrows objects of another: nothing is written")
    with (place / "config").open("rb") as file:
        settings = file.read(_LONGEST_SETTINGS + 1)
    if len(settings) > _LONGEST_SETTINGS or _UNSAFE_SETTINGS.search(settings):
        raise SubmissionRejected(
            "the settings of the repository lead elsewhere: nothing is written"
        )
