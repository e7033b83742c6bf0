"""Rows of the database by the names of their columns."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
"""A row, by the names of its columns."""


def fetched(
    db: sqlite3.Connection, statement: str, values: Sequence[object] | Mapping[str, object] = ()
) -> list[Row]:
    """What a SELECT finds."""
    cursor = db.execute(statement, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
