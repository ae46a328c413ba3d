"""Puts written answers into their own cells, with their pictures, and reports what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from convgrade.submission.blocks import blocks
from convgrade.submission.recognizing import Recognized, listed
from convgrade.submission.records import Attachments, RawCell
from convgrade.submission.released import Question, Released

MAX_REPEATED = 20_000
"""Characters of unmatched text that are shown in the cell of each missing answer."""


@dataclass(frozen=True)
class Answers:
    """The written answers, the cells with each answer in its place, and sentences for a person."""

    cells: tuple[RawCell, ...]
    origins: tuple[int | None, ...]
    written: Mapping[str, str]
    attention: tuple[str, ...]


@dataclass(frozen=True)
class Chunk:
    """Text that the student wrote: the place of its cell, its question, and whether it is the whole
    cell.
    """

    place: int
    section: int | None
    text: str
    is_whole: bool
    is_code: bool = False


class Writing:
    """The cells, while answers are put into their own cells."""

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
        """Record the answers that are already in their own cells."""
        for question in self._released.questions:
            place = self._place(question)
            if place is not None:
                self._written[question.name] = self._found.cells[place].source

    def _place(self, question: Question) -> int | None:
        try:
            return self._found.origins.index(question.answer)
        except ValueError:
            return None

    def answer(self, question: Question, chunks: Sequence[Chunk]) -> None:
        """Put these texts, which belong to one question, into the cell of that question."""
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
            self._elsewhere.append(f"{question.name!r} (in {self._places(chunks)})")
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

    def leave_out_what_moved(self, chunks: Sequence[Chunk]) -> None:
        """Remove texts from their old place if they are now in the cell of an answer."""
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
        # Text that was added to a released text and belongs to no question is shown below that
        # text.
        for place, texts in stays.items():
            origin = self._found.origins[place]
            if origin is not None and place not in self._moved:
                cell = self._found.cells[place]
                original = self._released.cells[origin]
                if original.is_locked and original.cell_type != "code":
                    extra = replace(cell, source="\n\n".join(texts), nbgrader={})
                    self._after.setdefault(place, []).append((extra, -1))

    def ask_a_person(
        self,
        questions: Sequence[Question],
        unmatched: Sequence[Chunk],
        crowded: Sequence[Chunk],
        unread: Sequence[str],
    ) -> None:
        """Show possible answers in the cell of every missing answer.

        These are text that matches no question, text that may answer several questions, and the
        names of documents that were not read.
        """
        names = listed(repr(question.name) for question in questions)
        none = f"{names} {'has' if len(questions) == 1 else 'have'} no answer"
        intro = ["This question has no answer of its own."]
        if unmatched:
            places = self._places(unmatched)
            intro.append(f"The hand-in has text that matches no question ({places}).")
            self._asked.append(
                f"Text in {places} matches no question; {none}, so a person has to read it."
            )
        if crowded:
            places = self._places(crowded)
            intro.append(f"Text under another question may belong to it ({places}).")
            self._asked.append(
                f"Text in {places} may answer several questions; {none}, so a person has to read "
                "it."
            )
        if unread:
            is_one = len(unread) == 1
            intro.append(f"Beside the work {'lies' if is_one else 'lie'} {listed(unread)}.")
            self._asked.append(
                f"{listed(unread)} {'lies' if is_one else 'lie'} beside the work and "
                f"{'was' if is_one else 'were'} not read; {none}, so a person has to look there."
            )
        texts, length = [" ".join([*intro, "For the person who marks:"])], 0
        pictures: dict[str, Mapping[str, str]] = {}
        for chunk in (*unmatched, *crowded):
            attached = self._found.cells[chunk.place].attachments
            text, more = _with_names_of_their_own(chunk.text, attached, pictures)
            length += len(text)
            if length > MAX_REPEATED:
                texts.append("… and more, where it stands in this notebook.")
                break
            pictures.update(more)
            texts.append(text)
        for question in questions:
            place = self._place(question)
            asked = None
            if question.asked is not None and question.asked in self._found.origins:
                asked = self._found.origins.index(question.asked)
            near = place if place is not None else asked
            if near is None:
                near = unmatched[-1].place if unmatched else max(len(self._cells) - 1, 0)
            self._put(question, place, near, "\n\n".join(texts), pictures)

    def _places(self, chunks: Sequence[Chunk]) -> str:
        """Name the cells, or the lines of a module, in which these texts are."""
        cells = [self._found.cells[chunk.place] for chunk in chunks]
        numbers = dict.fromkeys(str(cell.number or cell.line) for cell in cells)
        return f"{'cell' if cells[0].number else 'line'} {listed(numbers)}"

    def result(self) -> Answers:
        """Return the cells with the answers in their places, and the sentences for a person."""
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
    """Return a text and its pictures; rename a picture whose name another picture already has."""
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
