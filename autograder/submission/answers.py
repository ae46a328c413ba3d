"""The written answers of a hand-in: found by id, by place, by heading, and by what is not released.

A person marks them. So no text may be lost: what belongs to no question goes to a person as well,
in the place of every answer that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.release import plain
from autograder.submission.blocks import blocks
from autograder.submission.recognizing import Recognized, listed
from autograder.submission.records import Attachments, RawCell
from autograder.submission.released import (
    Question,
    Released,
    is_as_handed_out,
    plain_line,
    words,
)
from autograder.submission.scripts import PROSE

MAX_COMPARED = 300
MAX_REPEATED = 20_000
"""Characters of text that matches no question, shown in each place of an answer."""

MANY_WORDS = 12
"""So many in a comment that stands alone, anywhere, are an answer and no remark on code."""

_ENOUGH_IN_COMMON = 0.85
_ENOUGH_WORDS = 15
_SHARED_WORDS = 0.7
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


@dataclass(frozen=True)
class Answers:
    """What was written, the cells with each answer in its own, and what to say of it."""

    cells: tuple[RawCell, ...]
    origins: tuple[int | None, ...]
    written: Mapping[str, str]
    attention: tuple[str, ...]


@dataclass(frozen=True)
class _Chunk:
    """Text of the student's own: the place of its cell, its question, whether it is all of it."""

    place: int
    section: int | None
    text: str
    is_whole: bool
    is_code: bool = False


def answers(found: Recognized, released: Released) -> Answers:
    """Find the written answers among the cells."""
    chunks = [chunk for chunk in _chunks(found, released) if chunk.text]
    sections: dict[int, list[_Chunk]] = {number: [] for number in range(len(released.questions))}
    for chunk in chunks:
        if chunk.section is not None and not chunk.is_code:
            sections[chunk.section].append(chunk)
    for chunk in chunks:
        if chunk.is_code and chunk.section is not None and not sections[chunk.section]:
            sections[chunk.section].append(chunk)
    unmatched = [chunk for chunk in chunks if chunk.section is None]
    writing = _Writing(found, released)
    for number, question in enumerate(released.questions):
        if sections[number]:
            writing.answer(question, sections[number])
    writing.leave_out_what_moved(chunks)
    unanswered = [q for number, q in enumerate(released.questions) if not sections[number]]
    if unmatched and unanswered:
        writing.ask_a_person(unanswered, unmatched)
    return writing.result()


def _chunks(found: Recognized, released: Released) -> Iterator[_Chunk]:
    """Every text of the student's own, with the question that it stands under."""
    section: int | None = None
    compared = 0
    answer_of = {question.answer: n for n, question in enumerate(released.questions)}
    names = {question.name: n for n, question in enumerate(released.questions)}
    for place, cell in enumerate(found.cells):
        origin = found.origins[place]
        number = answer_of.get(-1 if origin is None else origin, names.get(cell.grade_id or ""))
        text = cell.source
        if number is not None:
            section = number
            if cell.cell_type == "code" and _is_comment(text):
                text = _uncommented(text)
            if cell.cell_type == "code" or not _has_released(text, released):
                untouched = released.cells[released.questions[number].answer].source
                is_blank = plain(text) in ("", plain(untouched))
                yield _Chunk(place, section, "" if is_blank else text, True)
                continue
        elif origin is not None:
            section = released.sections.get(origin)
            original = released.cells[origin]
            if original.cell_type == "code" or plain(text) == plain(original.source):
                continue
            if is_as_handed_out(cell):
                continue
        elif cell.cell_type == "code":
            if not text.strip():
                continue
            if _is_comment(text):
                text = _uncommented(text)
                if section is not None or len(words(text)) >= MANY_WORDS:
                    yield _Chunk(place, section, text, True, is_code=True)
            elif section is not None and PROSE.search(text):
                yield _Chunk(place, section, text, True, is_code=True)
            continue
        elif compared < MAX_COMPARED:
            compared += 1
            if _is_older_wording(text, released):
                section = None
                continue
            has_released = _has_released(text, released)
            asked = None if has_released else _rewritten(text, released)
            if asked is not None:
                section, left = asked
                if not left:
                    continue
        for chunk in _walked(place, text, section, released):
            section = chunk.section
            yield chunk


def _has_released(text: str, released: Released) -> bool:
    """Whether any line of a text is one of the release's, or names a question."""
    return any(
        line in released.lines or _heading(line, released) is not None
        for line in map(plain_line, text.split("\n"))
    )


def _walked(place: int, text: str, section: int | None, released: Released) -> Iterator[_Chunk]:
    """The parts of a text that are not released, each under the question that stands above it."""
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
        yield _Chunk(place, where, own if _is_own(own) else "", own.strip() == text.strip())


def _is_own(text: str) -> bool:
    """Whether a text says anything beyond who wrote it and where it can be opened."""
    bare = _BADGE.sub("", text[:2000]) + text[2000:]
    return any(
        _WORD.search(line) and not _ABOUT_THE_STUDENT.fullmatch(plain_line(line))
        for line in bare.split("\n")
    )


def _begins_released(line: str, released: Released) -> tuple[int | None, str] | None:
    """A released line that the student has written on: where it belongs, and what is new."""
    for length in _lengths(released):
        if len(line) > length and line[:length] in released.lines:
            rest = line[length:].strip()
            if _WORD.search(rest) and not line[length - 1 : length + 1].isalnum():
                return released.lines[line[:length]], rest
    return None


def _lengths(released: Released) -> Sequence[int]:
    return sorted({len(line) for line in released.lines if len(line) >= 30}, reverse=True)


def _heading(line: str, released: Released) -> tuple[int, str] | None:
    """The question that a line names, as "Question 2" does, and what follows on it."""
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
    """The question whose words a text has, in other lines; and whether it has more than those."""
    said = words(text)
    for number, question in enumerate(released.questions):
        if question.asked is None:
            continue
        asked = released.cells[question.asked]
        wanted = set(words(asked.source))
        if asked.cell_type != "code" and len(wanted) > 5:
            share = len(wanted & set(said)) / len(wanted)
            if share >= _ENOUGH_IN_COMMON:
                return number, len([word for word in said if word not in wanted]) > 3
    return None


def _is_older_wording(text: str, released: Released) -> bool:
    """Whether a text is one of the release's in other words, as an earlier release had it."""
    said = set(words(text))
    return len(said) >= _ENOUGH_WORDS and any(
        len(said & wording) >= _SHARED_WORDS * max(len(said), len(wording))
        for wording in released.wordings
    )


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


class _Writing:
    """The cells while answers are put into their own."""

    def __init__(self, found: Recognized, released: Released) -> None:
        self._found = found
        self._released = released
        self._cells: list[RawCell | None] = list(found.cells)
        self._origins = list(found.origins)
        self._after: dict[int, list[tuple[RawCell, int]]] = {}
        self._written: dict[str, str] = {}
        self._moved: set[int] = set()
        self._elsewhere: list[str] = []
        self._asked: list[str] = []
        self._fill()

    def _fill(self) -> None:
        """Answers that are as they were released."""
        for question in self._released.questions:
            place = self._place(question)
            if place is not None:
                self._written[question.name] = self._found.cells[place].source

    def _place(self, question: Question) -> int | None:
        try:
            return self._found.origins.index(question.answer)
        except ValueError:
            return None

    def answer(self, question: Question, chunks: Sequence[_Chunk]) -> None:
        """Put these texts, which belong to one question, into its cell."""
        own = self._place(question)
        texts: list[str] = []
        pictures: dict[str, Mapping[str, str]] = {}
        for chunk in chunks:
            cell = self._found.cells[chunk.place]
            text, more = _with_names_of_their_own(chunk.text, cell.attachments, pictures)
            pictures.update(more)
            if text not in texts:
                texts.append(text)
            self._moved.add(chunk.place)
        text = texts[0] if len(texts) == 1 else "\n\n".join(text.strip("\n") for text in texts)
        whole = next(
            (chunk.place for chunk in chunks if chunk.is_whole and not chunk.is_code), None
        )
        target = own if own is not None else whole
        if not any(chunk.place == own for chunk in chunks):
            cells = dict.fromkeys(str(self._found.cells[chunk.place].number) for chunk in chunks)
            self._elsewhere.append(f"{question.name!r} (in cell {listed(cells)})")
        self._put(question, target, chunks[0].place, text, pictures)

    def _put(
        self,
        question: Question,
        target: int | None,
        near: int,
        text: str,
        pictures: Attachments,
    ) -> None:
        original = self._released.cells[question.answer]
        number = self._found.cells[near if target is None else target].number
        metadata = dict(original.nbgrader)
        if target is not None and self._found.cells[target].grade_id == question.name:
            metadata = dict(self._found.cells[target].nbgrader)
        cell = RawCell("markdown", text, metadata, pictures, number)
        self._written[question.name] = text
        if target is None:
            self._after.setdefault(near, []).append((cell, question.answer))
            return
        if self._found.cells[target].cell_type == "code" and _is_program(
            self._found.cells[target].source
        ):
            code = replace(self._found.cells[target], nbgrader={})
            self._after.setdefault(target, []).append((code, -1))
        self._cells[target] = cell
        self._origins[target] = question.answer
        self._moved.discard(target)

    def leave_out_what_moved(self, chunks: Sequence[_Chunk]) -> None:
        """Texts that stand in an answer's cell now do not stand in their old place as well."""
        stays: dict[int, list[str]] = {}
        for chunk in chunks:
            if chunk.section is None:
                stays.setdefault(chunk.place, []).append(chunk.text)
        for place in self._moved:
            cell, origin = self._found.cells[place], self._found.origins[place]
            if cell.cell_type == "code" or self._cells[place] is not cell:
                continue
            if origin is not None:
                self._cells[place] = replace(cell, source=self._released.cells[origin].source)
                for text in stays.get(place, ()):
                    extra = replace(cell, source=text, nbgrader={}, attachments={})
                    self._after.setdefault(place, []).append((extra, -1))
            elif place in stays:
                self._cells[place] = replace(cell, source="\n\n".join(stays[place]))
            else:
                self._cells[place] = None
        # What was added to a released text and belongs to no question is shown below that text.
        for place, texts in stays.items():
            origin = self._found.origins[place]
            if origin is not None and place not in self._moved:
                cell = self._found.cells[place]
                original = self._released.cells[origin]
                if original.is_locked and original.cell_type != "code":
                    extra = replace(cell, source="\n\n".join(texts), nbgrader={})
                    self._after.setdefault(place, []).append((extra, -1))

    def ask_a_person(self, questions: Sequence[Question], chunks: Sequence[_Chunk]) -> None:
        """Show text that matches no question in the place of every answer that is not there."""
        cells = listed(dict.fromkeys(str(self._found.cells[c.place].number) for c in chunks))
        texts, pictures, length = [], dict[str, Mapping[str, str]](), 0
        for chunk in chunks:
            attached = self._found.cells[chunk.place].attachments
            text, more = _with_names_of_their_own(chunk.text, attached, pictures)
            length += len(text)
            if length > MAX_REPEATED:
                texts.append("… and more, where it stands in this notebook.")
                break
            pictures.update(more)
            texts.append(text)
        intro = (
            "This question has no answer of its own. The hand-in has text that matches no question "
            f"(cell {cells}), for the person who marks:"
        )
        for question in questions:
            place = self._place(question)
            asked = None
            if question.asked is not None and question.asked in self._found.origins:
                asked = self._found.origins.index(question.asked)
            near = place if place is not None else asked
            if near is None:
                near = chunks[-1].place
            self._put(question, place, near, "\n\n".join([intro, *texts]), pictures)
        self._asked.append(
            f"Text in cell {cells} matches no question; {listed(repr(q.name) for q in questions)} "
            f"{'has' if len(questions) == 1 else 'have'} no answer, so a person has to read it."
        )

    def result(self) -> Answers:
        cells, origins = list[RawCell](), list[int | None]()
        for place, cell in enumerate(self._cells):
            if cell is not None:
                cells.append(cell)
                origins.append(self._origins[place])
            for extra, origin in self._after.get(place, ()):
                cells.append(extra)
                origins.append(None if origin < 0 else origin)
        attention = list(self._asked)
        if self._elsewhere:
            attention.insert(
                0,
                "Of the written answers these do not stand in their own cells and were found by "
                f"their places and headings: {listed(self._elsewhere)}.",
            )
        return Answers(tuple(cells), tuple(origins), self._written, tuple(attention))


def _is_program(text: str) -> bool:
    return any(block.names for block in blocks(text))


def _with_names_of_their_own(
    text: str, pictures: Attachments, taken: Attachments
) -> tuple[str, Attachments]:
    """A text with its pictures, renamed where a name is taken by another picture."""
    renamed: dict[str, Mapping[str, str]] = {}
    for name, picture in pictures.items():
        new, count = name, 1
        while (new in taken and taken[new] != picture) or new in renamed:
            count += 1
            stem, dot, suffix = name.rpartition(".")
            new = f"{stem or suffix}-{count}{dot}{suffix if stem else ''}"
        if new != name:
            text = text.replace(f"attachment:{name}", f"attachment:{new}")
        renamed[new] = picture
    return text, renamed
