"""Rows of the store as frozen records: a record's fields are its table's columns."""

from dataclasses import asdict, replace
from typing import Any, TypeVar

from bank.counter import Turn
from bank.records import Record

R = TypeVar("R", bound=Record)


def insert(turn: Turn, record: R) -> R:
    """Keep a new row."""
    columns = asdict(record)
    marks = ", ".join(f":{name}" for name in columns)
    turn.db.execute(
        f"INSERT INTO {record.table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608 - our own names
        columns,
    )
    return record


def change(turn: Turn, record: R, **changes: Any) -> R:
    """Change a row; the record as it is after that."""
    marks = ", ".join(f"{name} = :{name}" for name in changes)
    turn.db.execute(
        f"UPDATE {record.table} SET {marks} WHERE id = :id",  # noqa: S608 - our own names
        {**changes, "id": record.id},
    )
    return replace(record, **changes)


def find(turn: Turn, kind: type[R], **wanted: object) -> R | None:
    """The row with these values; None when there is none, or the value is ""."""
    found = select(turn, kind, **wanted) if all(wanted.values()) else []
    return found[0] if found else None


def select(turn: Turn, kind: type[R], **wanted: object) -> list[R]:
    """All rows with these values, oldest first."""
    where = " AND ".join(f"{name} = :{name}" for name in wanted)
    return query(turn, kind, where or "1", wanted)


def query(turn: Turn, kind: type[R], where: str, values: dict[str, Any]) -> list[R]:
    """All rows for which a condition of ours holds, oldest first."""
    rows = turn.db.execute(
        f"SELECT * FROM {kind.table} WHERE {where} ORDER BY rowid",  # noqa: S608 - our own names
        values,
    ).fetchall()
    return [kind(**dict(row)) for row in rows]
