"""The points of rubric items that markers clicked: a table of ours in nbgrader's database.

nbgrader has no place for them. This module knows nothing else of the gradebook.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Column, Float, MetaData, String, Table, delete, insert, inspect, select

TABLE = "autograder_rubric_items"

_ITEMS = Table(
    TABLE,
    MetaData(),
    Column("grade_id", String(32), primary_key=True),
    Column("item", String(32), primary_key=True),
    Column("points", Float, nullable=False),
)


def item_key(text: str) -> str:
    """The key of a rubric item, from its text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def read(session: Any, grade_ids: Collection[str] | None = None) -> dict[str, dict[str, float]]:
    """Return the points of all items that were clicked: by nbgrader's id of the grade, by key.

    Args:
        session: an open session of the gradebook.
        grade_ids: only the items of these grades.
    """
    found: dict[str, dict[str, float]] = {}
    if inspect(session.connection()).has_table(_ITEMS.name):
        wanted = select(_ITEMS)
        if grade_ids is not None:
            wanted = wanted.where(_ITEMS.c.grade_id.in_(grade_ids))
        for grade_id, item, points in session.execute(wanted):
            found.setdefault(grade_id, {})[item] = points
    return found


def replace(session: Any, grade_id: str, items: Mapping[str, float]) -> None:
    """Store the items of one grade in place of the earlier ones, without a commit."""
    _ITEMS.metadata.create_all(session.connection())
    session.execute(delete(_ITEMS).where(_ITEMS.c.grade_id == grade_id))
    for item, points in items.items():
        row = {"grade_id": grade_id, "item": item, "points": points}
        session.execute(insert(_ITEMS).values(row))


def remove(session: Any, grade_ids: Collection[str]) -> None:
    """Delete the items of these grades, without a commit."""
    if inspect(session.connection()).has_table(TABLE):
        session.execute(delete(_ITEMS).where(_ITEMS.c.grade_id.in_(grade_ids)))
