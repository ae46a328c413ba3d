"""Forms of tables, which are lists of dicts by default: one dict with the same keys for each row.

Each form undoes itself, so that an answer in the form of the default becomes one in the other form
and does not pass as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.variants.forms import Form, custom

Record = dict[str, Any]


def rows_as_tuples(*fields: str) -> Form:
    """A list of dicts as a list of tuples.

    Args:
        fields: the keys, in the order of each tuple.
    """

    def other(table: Any) -> Any:
        return [
            tuple(row[field] for field in fields) if isinstance(row, dict) else _record(fields, row)
            for row in table
        ]

    return custom(other, other)


def as_columns(*fields: str, of: Callable[[Any], Any] = tuple) -> Form:
    """A list of dicts as one dict of columns.

    Args:
        fields: the keys, in their order.
        of: what a column is, `tuple` or `list`.
    """

    def other(table: Any) -> Any:
        if isinstance(table, dict):
            columns = [table[field] for field in fields]
            return [_record(fields, row) for row in zip(*columns, strict=True)]
        return {field: of(row[field] for row in table) for field in fields}

    return custom(other, other)


def by_name(name: str, *fields: str, of: type = tuple) -> Form:
    """A list of dicts as one dict, with the rest of each row by its name.

    Args:
        name: the key of a row's name.
        fields: the other keys, in their order.
        of: what the rest of a row is, `tuple` or `dict`.
    """

    def other(table: Any) -> Any:
        if isinstance(table, dict):
            return [{name: each, **rest(row)} for each, row in table.items()]
        return {row[name]: of_fields(row) for row in table}

    def rest(row: Any) -> Record:
        return of_fields(row) if of is dict else _record(fields, row)

    def of_fields(row: Record) -> Any:
        found = {field: row[field] for field in fields}
        return found if of is dict else tuple(found.values())

    return custom(other, other)


def _record(fields: tuple[str, ...], values: Any) -> Record:
    return dict(zip(fields, values, strict=True))
