"""Chooses the submission in a folder or zip: the file that has work in it. Its name does not
matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from convgrade.errors import SubmissionRejected
from convgrade.release import Release, plain
from convgrade.submission import archives, kinds, places
from convgrade.submission.answers import asks
from convgrade.submission.blocks import blocks
from convgrade.submission.files import start_of
from convgrade.submission.imports import imported
from convgrade.submission.opening import Opened, open_hand_in
from convgrade.submission.places import Item, Listing, usual
from convgrade.submission.recognizing import listed
from convgrade.submission.records import Choice
from convgrade.submission.released import Released, is_as_handed_out, is_stub
from convgrade.submission.understanding import require_this_assignment, understood

MAX_CANDIDATES = 24
MAX_UNREAD = 50
MAX_READMES = 5
SAME_TIME = 2.0
"""Seconds. Files closer together than this are equally new, because a zip stores no finer times."""

_LIKELY = re.compile(r"\.ipynb|\.pynb$|\.py$|\.py\.txt$")
_POSSIBLE = re.compile(r"\.(?:txt|json|md|qmd|rmd)$|^[^.]*$")
_DOCUMENTS = re.compile(
    r"\.(?:html?|pdf|docx?|odt|pages|md|qmd|rmd|rst|rtf|tex|gz|tar|tgz|bz2|xz|rar|7z|gdoc|url|webloc)$"
)
_MAY_HOLD_WORK = re.compile(rf"{_DOCUMENTS.pattern}|\.(?:txt|png|jpe?g|heic|webp)$")
_NAMED_FILE = re.compile(r"(?:%run[^\n]{0,40}?[ \t/]|['\"/])(\w{1,100})\.py\b")
_LONGEST_README = 2**16
_TEST = re.compile(r"(?:test_.*|.*_test|conftest)\.py$")
_NOT_WORK = re.compile(r"(?:readme|licen[cs]e|requirements|constraints|changelog)\b")


@dataclass(frozen=True)
class _Candidate:
    """A file that can be read as a submission, and its work by exercise and question."""

    item: Item
    opened: Opened
    work: Mapping[str, str]


def choose(place: Path, release: Release) -> Choice:
    """Choose the file to grade in a student's folder or in a zip.

    Args:
        place: the folder or the zip.
        release: the release of the assignment.

    Returns:
        The chosen file, and sentences about the choice.

    Raises:
        SubmissionRejected: no file can be read, or the folder is a symbolic link.
    """
    if place.is_symlink():
        raise SubmissionRejected("The folder is a symbolic link; hand in the file itself.")
    found = places.listing(place) if place.is_dir() else archives.listing(place)
    items, remarks = _with_archives(found.items)
    if not items:
        raise SubmissionRejected(
            remarks[0]
            if remarks
            else f"Nothing was handed in: there is no {release.name}.ipynb in the folder."
        )
    likely = _in_order([item for item in items if _LIKELY.search(usual(item.base))], release)
    possible = _in_order([item for item in items if _POSSIBLE.search(usual(item.base))], release)
    if len(likely) == 1 and not possible and not remarks:
        return _choice(likely[0], items, likely, found, release)
    candidates, failures = _readable([*likely, *possible][:MAX_CANDIDATES], release, set(likely))
    candidates = _without_helpers(candidates)
    if not candidates:
        raise _nothing_readable(likely, items, failures, remarks, release)
    chosen, sentences = _best(candidates, release)
    sentences += [
        f"{item.name} was not used: {reason}"
        for item, reason in failures
        if item in likely and item.base.lower().rstrip().endswith("ipynb")
    ]
    choice = _choice(chosen.item, items, [c.item for c in candidates], found, release)
    others = (each.item.name for each in candidates if each.work and each.work != chosen.work)
    return replace(
        choice,
        attention=(*sentences, *remarks, *choice.attention),
        unread=(*others, *choice.unread),
    )


def _choice(
    item: Item,
    items: Sequence[Item],
    candidates: Sequence[Item],
    found: Listing,
    release: Release,
) -> Choice:
    beside = tuple(
        other
        for other in items
        if other not in candidates
        and other.path == (item.path if item.member else other.path)
        and bool(other.member) == bool(item.member)
        and ".ipynb" not in usual(other.base)
        and not other.remark
        and not usual(other.base).endswith(".zip")
    )
    attention = () if found.is_whole else (
        f"The folder holds more than {places.MAX_NAMES} files; not all of them were looked at.",
    )  # fmt: skip
    unread = [
        other
        for other in items
        if other not in candidates and _MAY_HOLD_WORK.search(usual(other.base))
    ]
    others = {other: None for other in unread if _NOT_WORK.match(usual(other.base))}
    answering = {other for other in [*others][:MAX_READMES] if _names_a_question(other, release)}
    few = tuple(other.name for other in unread if other not in others or other in answering)[
        :MAX_UNREAD
    ]
    return Choice(item.path, item.member, attention, beside, item.folder, few)


def _names_a_question(item: Item, release: Release) -> bool:
    """Whether the beginning of a text file, for example a README, has the heading of a question."""
    if item.member or item.remark:
        return False
    try:
        start = start_of(item.path, _LONGEST_README)
    except SubmissionRejected:
        return False
    return asks(start.decode("utf-8", "replace"), Released(release))


def _with_archives(items: Sequence[Item]) -> tuple[list[Item], list[str]]:
    """Return the files, including those inside zips, and sentences about unusable zips."""
    found, remarks = list(items), []
    for item in items:
        if not _may_be_zip(item):
            continue
        if item.member:
            remarks.append(
                f"{item.name} is a zip inside a zip and was not used; hand in the notebook itself."
            )
            continue
        try:
            if not kinds.is_zip(start := start_of(item.path)) or kinds.foreign(start):
                continue
            inside = archives.listing(item.path).items
        except SubmissionRejected as rejection:
            remarks.append(f"{item.name} was not used: {rejection}")
            continue
        found.remove(item)
        more, more_remarks = _with_archives(inside)
        found += [replace(each, name=f"{item.name}/{each.name}") for each in more]
        remarks += more_remarks
    return found, remarks


def _may_be_zip(item: Item) -> bool:
    if item.remark:
        return False
    name = usual(item.base)
    return name.endswith(".zip") or (".ipynb" in name and not item.member)


def _in_order(items: Sequence[Item], release: Release) -> list[Item]:
    """Sort files: the assignment's own name first, then notebooks, then by depth and name."""
    own = usual(f"{release.name}.ipynb"), usual(f"{release.name}.py")

    def rank(item: Item) -> tuple[bool, bool, bool, int, str]:
        name, depth = usual(item.base), item.name.count("/")
        return name != own[0], name != own[1], ".ipynb" not in name, depth, item.name

    return sorted(items, key=rank)


def _readable(
    items: Sequence[Item], release: Release, likely: set[Item]
) -> tuple[list[_Candidate], list[tuple[Item, str]]]:
    """Return the submissions to this assignment, and the reasons against the other files."""
    released = Released(release)
    candidates, failures = [], []
    for item in items:
        try:
            if item.remark:
                raise SubmissionRejected(f"It {item.remark}; hand in the file itself.")
            opened = open_hand_in(item.path, item.member)
            require_this_assignment(opened.cells, release)
        except SubmissionRejected as rejection:
            if item in likely:
                failures.append((item, str(rejection)))
            continue
        candidates.append(_Candidate(item, opened, _work(opened, released)))
    return candidates, failures


def _work(opened: Opened, released: Released) -> Mapping[str, str]:
    """Return the work that differs from the release, by exercise and question."""
    cells, written = opened.cells, dict[str, str]()
    if opened.kind != "module":
        cells, written, _ = understood(opened.cells, released)
    wanted = {name for exercise in released.exercises for name in exercise.functions}
    work = {}
    for cell in cells:
        if cell.cell_type == "code" and not is_as_handed_out(cell):
            for block in blocks(cell.source):
                if wanted & set(block.names) and not is_stub(block.essence, released.stubs):
                    work.update({name: block.essence for name in block.names if name in wanted})
    for question in released.questions:
        text = plain(written.get(question.name, ""))
        if text and text != plain(released.cells[question.answer].source):
            work[question.name] = text
    return work


def _without_helpers(candidates: list[_Candidate]) -> list[_Candidate]:
    """Leave out modules that another candidate imports or runs, and tests."""
    used = {each.item: _used([cell.source for cell in each.opened.cells]) for each in candidates}

    def is_helper(candidate: _Candidate) -> bool:
        item = candidate.item
        names = {item.base.partition(".")[0], *item.folder.split("/")}
        others = (found for by, found in used.items() if by is not item)
        return candidate.opened.kind != "notebook" and any(names & found for found in others)

    left = [each for each in candidates if not is_helper(each)] or candidates
    return [each for each in left if not _TEST.match(usual(each.item.base))] or left


def _used(sources: Sequence[str]) -> set[str]:
    """The stems of modules that code imports and of Python files that it names."""
    return {part for name in imported(sources) for part in name.split(".")} | {
        name for source in sources for name in _NAMED_FILE.findall(source)
    }


def _best(candidates: Sequence[_Candidate], release: Release) -> tuple[_Candidate, list[str]]:
    """Return the candidate that counts, and sentences for a person about the others."""
    worked = [candidate for candidate in candidates if candidate.work]
    if not worked:
        return candidates[0], []
    count = {each.item: len(each.work.keys() & set(release.exercises)) for each in worked}
    wanted = [each for each in worked if count[each.item]] or worked
    newest = max(candidate.item.modified for candidate in wanted)
    best = max(
        (c for c in wanted if c.item.modified > newest - SAME_TIME), key=lambda c: count[c.item]
    )
    equal = [c for c in worked if c.work == best.work]
    best = equal[0]
    different = [c for c in worked if c.work != best.work]
    own = usual(f"{release.name}.ipynb")
    if different:
        names = listed(candidate.item.name for candidate in different)
        is_fullest = all(count[c.item] < count[best.item] for c in different)
        is_newer = all(c.item.modified <= best.item.modified - SAME_TIME for c in different)
        why = "more exercises are written in it" if is_fullest and not is_newer else (
            "it is the newest"
        )  # fmt: skip
        return best, [f"{best.item.name} was graded because {why}; there is other work in {names}."]
    untouched = [candidate for candidate in candidates if not candidate.work]
    if untouched and usual(best.item.name) != own:
        names = listed(candidate.item.name for candidate in untouched)
        verb = "is" if len(untouched) == 1 else "are"
        return best, [
            f"{best.item.name} was graded because it has work in it; {names} {verb} as released."
        ]
    return best, []


def _nothing_readable(
    likely: Sequence[Item],
    items: Sequence[Item],
    failures: Sequence[tuple[Item, str]],
    remarks: Sequence[str],
    release: Release,
) -> SubmissionRejected:
    """Say why no file can be graded, by the file that is nearest to a submission."""
    if failures:
        item, reason = failures[0]
        others = [other.name for other, _ in failures[1:]]
        also = f" Nor can these be graded: {listed(others)}." if others else ""
        is_own = usual(item.name) == usual(f"{release.name}.ipynb")
        return SubmissionRejected((reason if is_own else f"{item.name}: {reason}") + also)
    if remarks:
        return SubmissionRejected(remarks[0])
    for item in items:
        if not item.remark and not item.member:
            try:
                what = kinds.foreign(start_of(item.path))
            except SubmissionRejected:
                continue
            if what or _DOCUMENTS.search(usual(item.base)):
                problem = f"{item.name} is {what}" if what else f"{item.name} is no notebook"
                return SubmissionRejected(
                    f"There is no notebook: {problem}; hand in the notebook (.ipynb) itself."
                )
    names = listed(item.name for item in items)
    return SubmissionRejected(f"There is no notebook and no Python file, only {names}.")
