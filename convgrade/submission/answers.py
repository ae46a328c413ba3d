"""Finds the written answers of a submission: by id, by place, by heading, and by text that is new.

A person marks the answers, so no text may be lost. Text that belongs to no question is shown to a
person in the cell of every missing answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from convgrade.release import NotebookCell, plain
from convgrade.submission.placing import Answers, Chunk, Writing
from convgrade.submission.prose import said_in_code, texts
from convgrade.submission.recognizing import Recognized
from convgrade.submission.records import RawCell
from convgrade.submission.released import (
    Released,
    is_as_handed_out,
    plain_line,
    words,
)

MAX_COMPARED = 300
MANY_WORDS = 12
"""A comment that stands alone and has at least this many words is an answer, not a remark on code.
"""

_ENOUGH_IN_COMMON = 0.85
_ENOUGH_WORDS = 15
_SHARED_WORDS = 0.7
_ITEM = re.compile(r"^[ \t>*_#(|]{0,6}(\d{1,2})[ \t]{0,3}[.):|]", re.MULTILINE)
_BETWEEN = " \t.:)-\u2013\u2014"
_WORD = re.compile(r"\w")
_NUMBERED = re.compile(
    r"(?:my |the )?(?:answers?|questions?|question no|q|ans|a)(?: to| for)?(?: question)?"
    r"[ .:#]{0,3}(\d{1,2})\b[ \t.:)\-\u2013\u2014]*(.*)"
)
_ABOUT_THE_STUDENT = re.compile(
    r"(?:student|full|first|last)?[ ]?(?:name|id|number|matr\w*|group|team|date|e-?mail|author|"
    r"course|class|section|university)s?\b[^:]{0,30}:.{0,80}"
)
_BADGE = re.compile(
    r"<a\b[^>]*>\s*<img\b[^>]*>\s*</a>|\[!\[[^\]]{0,80}\]\([^)]{0,300}\)\]\([^)]{0,300}\)"
)


def answers(found: Recognized, released: Released, unread: Sequence[str] = ()) -> Answers:
    """Find the written answers among the cells.

    Args:
        found: the recognized cells of the submission.
        released: the release, with its questions.
        unread: names of documents in the same folder that were not read and may hold answers.

    Returns:
        The answers, the cells with each answer in its own cell, and sentences for a person.
    """
    chunks = [chunk for chunk in _chunks(found, released) if chunk.text]
    sections: dict[int, list[Chunk]] = {number: [] for number in range(len(released.questions))}
    for chunk in chunks:
        if chunk.section is not None and not chunk.is_code:
            sections[chunk.section].append(chunk)
    for chunk in chunks:
        if chunk.is_code and chunk.section is not None and not sections[chunk.section]:
            sections[chunk.section].append(chunk)
    unmatched = [chunk for chunk in chunks if chunk.section is None]
    writing = Writing(found, released)
    for number, question in enumerate(released.questions):
        if sections[number]:
            writing.answer(question, sections[number])
    writing.leave_out_what_moved(chunks)
    unanswered = [q for number, q in enumerate(released.questions) if not sections[number]]
    crowded = [chunk for each in sections.values() if _may_be_several(each) for chunk in each]
    if unanswered and (unmatched or crowded or unread):
        writing.ask_a_person(unanswered, unmatched, crowded, unread)
    return writing.result()


def _may_be_several(chunks: Sequence[Chunk]) -> bool:
    """Whether the text below one question may also answer other questions."""
    items = {item for chunk in chunks for item in _ITEM.findall(chunk.text)}
    return len(items) > 1 or len({chunk.place for chunk in chunks}) > 1


def _chunks(found: Recognized, released: Released) -> Iterator[Chunk]:
    """Yield every text that the student wrote, with the question that it stands below."""
    section: int | None = None
    compared = 0
    answer_of = {question.answer: n for n, question in enumerate(released.questions)}
    names = {question.name: n for n, question in enumerate(released.questions)}
    for place, cell in enumerate(found.cells):
        origin = found.origins[place]
        number = answer_of.get(-1 if origin is None else origin, names.get(cell.grade_id or ""))
        text, is_code = cell.source, False
        if number is not None:
            section = number
            if cell.cell_type == "code" and _is_comment(text):
                text = _uncommented(text)
            if cell.cell_type == "code" or not has_released(text, released):
                is_blank = released.release.is_blank(released.questions[number].name, text)
                yield Chunk(place, section, "" if is_blank else text, True)
                continue
        elif origin is not None:
            section = released.sections.get(origin)
            original = released.cells[origin]
            if original.cell_type == "code":
                yield from _asked_in_code(place, cell, original, released)
                continue
            if plain(text) == plain(original.source):
                continue
            if is_as_handed_out(cell):
                continue
        elif cell.cell_type == "code":
            is_code, is_alone = True, _is_comment(text)
            if is_alone:
                text = _uncommented(text)
            else:
                text, is_alone = said_in_code(text)
            if not text.strip():
                continue
            if not (is_alone and has_released(text, released)):
                if section is not None or (is_alone and len(words(text)) >= MANY_WORDS):
                    yield Chunk(place, section, text, True, is_code=True)
                continue
        if origin is None and number is None and compared < MAX_COMPARED:
            compared += 1
            added = _added_to_older_wording(text, released)
            if added is not None:
                section = None
                if not added:
                    continue
                text = added
            asked = None if has_released(text, released) else _rewritten(text, released)
            if asked is not None:
                section, left = asked
                if not left:
                    continue
        for chunk in _walked(place, text, section, released):
            section = chunk.section
            yield replace(chunk, is_code=is_code)


def _asked_in_code(
    place: int, cell: RawCell, original: NotebookCell, released: Released
) -> Iterator[Chunk]:
    """Yield answers in a solution cell: comments and strings below the heading of a question."""
    if cell.cell_type == "code" and original.is_solution:
        text = "\n\n".join(each.text for each in texts(cell.source))
        if asks(text, released):
            for chunk in _walked(place, text, None, released):
                if chunk.section is not None:
                    yield replace(chunk, is_code=True)


def has_released(text: str, released: Released) -> bool:
    """Whether a text contains a line of the release, or names a question."""
    return any(
        line in released.lines or _heading(line, released) is not None
        for line in map(plain_line, text.split("\n"))
    )


def asks(text: str, released: Released) -> bool:
    """Whether a text contains a line of a question, or names a question."""
    lines = [plain_line(line) for line in text.split("\n")]
    return any(
        released.lines.get(line) is not None or _heading(line, released) is not None
        for line in lines
    )


def _walked(place: int, text: str, section: int | None, released: Released) -> Iterator[Chunk]:
    """Yield the parts of a text that are new, each with the question above it."""
    parts: list[tuple[int | None, list[str]]] = [(section, [])]
    for line in text.split("\n"):
        bare = plain_line(line)
        if bare in released.known_lines:
            if bare in released.lines and released.lines[bare] != parts[-1][0]:
                parts.append((released.lines[bare], []))
            continue
        begins = _begins_released(bare, released)
        if begins is not None:
            where, rest = begins
            parts.append((where, [rest]))
            continue
        heading = _heading(bare, released)
        if heading is not None:
            where, rest = heading
            parts.append((where, [line] if rest else []))
            continue
        parts[-1][1].append(line)
    for where, lines in parts:
        own = "\n".join(lines).strip("\n")
        yield Chunk(place, where, own if _is_own(own) else "", own.strip() == text.strip())


def _is_own(text: str) -> bool:
    """Whether a text says more than who wrote it and where it can be opened."""
    bare = _BADGE.sub("", text[:2000]) + text[2000:]
    return any(
        _WORD.search(line) and not _ABOUT_THE_STUDENT.fullmatch(plain_line(line))
        for line in bare.split("\n")
    )


def _begins_released(line: str, released: Released) -> tuple[int | None, str] | None:
    """Split a line that begins with a released line: its question, and the text that was added."""
    for length in _lengths(released):
        if len(line) > length and line[:length] in released.lines:
            rest = line[length:].strip()
            if _WORD.search(rest) and not line[length - 1 : length + 1].isalnum():
                return released.lines[line[:length]], rest
    return None


def _lengths(released: Released) -> Sequence[int]:
    return sorted({len(line) for line in released.lines if len(line) >= 30}, reverse=True)


def _heading(line: str, released: Released) -> tuple[int, str] | None:
    """Split a line that names a question, such as "Question 2": the question, and the rest of the
    line.
    """
    if len(line) > 2000:
        return None
    for number, question in enumerate(released.questions):
        label = question.label
        if label and line.startswith(label) and not line[len(label) :][:1].isalnum():
            rest = line[len(label) :].lstrip(_BETWEEN)
            return number, re.sub(r"^\([^()]*\)", "", rest).lstrip(_BETWEEN)
    match = _NUMBERED.fullmatch(line)
    if match is None:
        return None
    wanted = match.group(1)
    for number, question in enumerate(released.questions):
        numbers = re.findall(r"\d+", question.label) or [str(number + 1)]
        if wanted == numbers[0]:
            return number, match.group(2)
    return None


def _rewritten(text: str, released: Released) -> tuple[int, bool] | None:
    """Find the question whose words a text repeats with other line breaks, and whether it adds to
    them.
    """
    found = words(text)
    for number, question in enumerate(released.questions):
        if question.asked is None:
            continue
        asked = released.cells[question.asked]
        wanted = set(words(asked.source))
        if asked.cell_type != "code" and len(wanted) > 5:
            share = len(wanted & set(found)) / len(wanted)
            if share >= _ENOUGH_IN_COMMON:
                return number, len([word for word in found if word not in wanted]) > 3
    return None


def _added_to_older_wording(text: str, released: Released) -> str | None:
    """Return what was added to a text of an earlier release; None if the text is not from a
    release.

    The text of an earlier release has other words than today's, but most of them are the same.
    """
    found = set(words(text))
    if len(found) < _ENOUGH_WORDS:
        return None
    for wording in released.wordings:
        if len(found & wording) >= _SHARED_WORDS * max(len(found), len(wording)):
            own = [line for line in text.split("\n") if _is_fresh(line, wording, released)]
            return "\n".join(own) if len(words(" ".join(own))) >= MANY_WORDS else ""
    return None


def _is_fresh(line: str, wording: frozenset[str], released: Released) -> bool:
    found = set(words(line))
    is_known = plain_line(line) in released.known_lines
    return not is_known and len(found & wording) < _SHARED_WORDS * len(found)


def _is_comment(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    if lines and all(line.lstrip().startswith("#") for line in lines):
        return True
    bare = text.strip()
    return any(
        len(bare) > 6 and bare.startswith(q) and bare.endswith(q) and bare.count(q) == 2
        for q in ('"""', "'''")
    )


def _uncommented(text: str) -> str:
    bare = text.strip()
    if bare[:3] in ('"""', "'''"):
        return bare[3:-3].strip("\n")
    return "\n".join(line.lstrip().removeprefix("#").removeprefix(" ") for line in text.split("\n"))
