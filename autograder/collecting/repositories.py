"""The commits of one student that were seen, kept in a repository of ours without a work tree."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.collecting.addresses import Address, without_password
from autograder.collecting.git import NETWORK, THIS_MACHINE, Git, GitFailed, GitLimits
from autograder.collecting.local_repositories import copy_repository, create_repository
from autograder.course.rosters import Entry
from autograder.errors import SubmissionRejected
from convgrade.safe_text import shortened

TIP = "refs/collected/tip"
MOST_LISTED = 4 * 2**20
MOST_KEPT = 2**30
_KINDS = {"120000": "link", "160000": "submodule", "100644": "file", "100755": "file"}
_NO_REF = r"couldn't find remote ref|no such remote ref"
_REASONS = (
    (r"couldn't find remote ref HEAD|empty repository", "the repository is empty"),
    (_NO_REF, "the repository has no {what}"),
    (
        r"could not read (Username|Password)|Authentication failed|terminal prompts disabled"
        r"|Permission denied|error: 40[13]|returned error: 40[13]",
        "the server wants a password or token for this repository",
    ),
    (
        r"not found|does not exist|not appear to be a git repository|repository not exported"
        r"|access denied",
        "there is no repository at this address, or it may not be read",
    ),
    (r"dumb http", "the server speaks only the old HTTP protocol, which has no limits"),
    (r"transport '.*' not allowed", "the address uses a transport that is not allowed"),
    (r"dubious ownership", "the folder of the repository belongs to another user"),
    (r"out of memory|Cannot allocate memory|malloc", "its objects need more than {memory} MB"),
    (
        r"File size limit exceeded|File too large"
        r"|\Afatal: fetch-pack: invalid index-pack output\s*\Z",  # it was ended at a limit
        "the repository is larger than {size} MB, or takes too long to unpack",
    ),
    (
        r"Could not resolve host|unable to connect|Connection refused|Failed to connect"
        r"|Connection timed out|unable to look up",
        "the server cannot be reached",
    ),
)


class NoSuchBranch(SubmissionRejected):
    """The repository has no branch or tag of that name."""


@dataclass(frozen=True)
class TreeEntry:
    """One entry of a commit: `kind` is file, link or submodule; `size` in bytes."""

    path: str
    kind: str
    object_id: str
    size: int


@dataclass(frozen=True)
class Wanted:
    """What to fetch: the full name of a branch or tag, or HEAD; and the same in words."""

    name: str
    words: str


def wanted_of(entry: Entry) -> Wanted:
    """The branch or tag of a roster's entry."""
    if entry.tag:
        return Wanted(f"refs/tags/{entry.tag}", f"tag `{shortened(entry.tag, 60)}`")
    if entry.branch:
        return Wanted(f"refs/heads/{entry.branch}", f"branch `{shortened(entry.branch, 60)}`")
    return Wanted("HEAD", "default branch")


class Repository:
    """A bare repository of ours with single commits of one student, without their history."""

    def __init__(self, git: Git, folder: Path) -> None:
        self._git = git
        self._folder = folder
        if not (folder / "HEAD").exists():
            create_repository(git, folder)
        for left in (*folder.rglob("*.lock"), *folder.glob("objects/pack/tmp_*")):
            left.unlink(missing_ok=True)  # of a command that was ended
        if sum(pack.stat().st_size for pack in folder.glob("objects/pack/*")) > MOST_KEPT:
            raise SubmissionRejected(
                f"the commits that were seen take more than {MOST_KEPT // 2**30} GB: look at them, "
                f"then remove {folder}"
            )

    def fetch_tip(self, address: Address, wanted: Wanted) -> str:
        """Fetch the newest commit of a branch or tag, keep it, and return its name.

        Raises:
            SubmissionRejected: there is none, or it cannot be fetched within the limits.
        """
        try:
            if wanted.name != "HEAD":
                self._git.run(self._folder, "check-ref-format", wanted.name)
        except GitFailed:
            raise SubmissionRejected(f"no repository can have a {wanted.words}") from None
        self._fetch(address, f"+{wanted.name}:{TIP}", wanted.words)
        try:
            commit = self._line("rev-parse", "--verify", "--quiet", f"{TIP}^{{commit}}")
        except GitFailed:
            raise SubmissionRejected(f"the {wanted.words} is no commit") from None
        self._keep(commit)
        return commit

    def fetch_commit(self, address: Address, commit: str) -> None:
        """Fetch one commit, unless it is kept already.

        Raises:
            SubmissionRejected: the server does not give it.
        """
        if not self._has(commit):
            self._fetch(address, f"+{commit}:{TIP}", f"commit {commit[:10]}")
            self._keep(commit)

    def _has(self, commit: str) -> bool:
        try:
            self._git.run(self._folder, "cat-file", "-e", f"{commit}^{{commit}}")
        except GitFailed:
            return False
        return True

    def _keep(self, commit: str) -> None:
        """Name a commit, so that it stays when the branch moves on."""
        self._git.run(self._folder, "update-ref", f"refs/collected/{commit}", commit)
        self._git.run(self._folder, "update-ref", "-d", TIP)

    def _fetch(self, address: Address, what: str, words: str) -> None:
        try:
            if address.folder is None:
                self._fetch_from(address.url, what, NETWORK)
                return
            with tempfile.TemporaryDirectory(prefix="convgrade-collect-") as scratch:
                copy = Path(scratch) / "copy.git"
                copy_repository(self._git, address.folder, copy)
                self._fetch_from(copy.as_uri(), what, THIS_MACHINE)
        except GitFailed as error:
            sentence = reason_of(error, words, self._git.limits)
            if re.search(_NO_REF, error.complaint):
                raise NoSuchBranch(sentence) from None
            raise SubmissionRejected(sentence) from None

    def _fetch_from(self, url: str, what: str, protocols: str) -> None:
        options = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-auto-gc")
        self._git.run(
            self._folder,
            "fetch",
            *options,
            "--no-write-fetch-head",
            "--",
            url,
            what,
            protocols=protocols,
        )

    def entries(self, commit: str) -> Iterator[TreeEntry]:
        """List the files, links and submodules of a commit.

        Raises:
            SubmissionRejected: there are too many.
        """
        try:
            listed = self._git.run(
                self._folder, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, most=MOST_LISTED
            )
        except GitFailed:
            raise SubmissionRejected("the commit has too many files, or is damaged") from None
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            if line:
                about, _, path = line.partition("\t")
                mode, _, object_id, size = about.split()
                kind = _KINDS.get(mode, "other")
                yield TreeEntry(path, kind, object_id, 0 if size == "-" else int(size))

    def copy_file(self, entry: TreeEntry, target: Path) -> None:
        """Write the content of a file as it is stored; no filter is applied.

        Raises:
            SubmissionRejected: it is damaged.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            try:
                self._git.run(
                    self._folder, "cat-file", "blob", entry.object_id, to=file, most=entry.size
                )
            except GitFailed as error:
                raise SubmissionRejected(f"{entry.path} cannot be read ({error})") from None

    def _line(self, *arguments: str) -> str:
        return self._git.run(self._folder, *arguments).decode("ascii", "replace").strip()


def reason_of(error: GitFailed, words: str, limits: GitLimits) -> str:
    """Say in a sentence why a command failed; `words` is the branch, tag or commit."""
    for pattern, sentence in _REASONS:
        if re.search(pattern, error.complaint, re.IGNORECASE):
            return sentence.format(
                what=words, size=limits.file_bytes // 2**20, memory=limits.memory // 2**20
            )
    lines = [
        line
        for line in error.complaint.splitlines()
        if line.startswith(("fatal: ", "error: ", "ssh: "))
    ]
    if not lines:
        return str(error)
    return shortened(without_password(f"git says: {lines[0].split(': ', 1)[1]}"), 200)
