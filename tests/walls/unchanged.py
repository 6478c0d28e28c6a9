"""What visits changed in the tables, whichever these are, and whose the changed rows were."""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models

WRITTEN = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
ALIASES = ("default", "livelihood")
LONGEST_WAY = 5
# The machinery's own rows, which belong to whoever asks.
NOBODYS = {"sessions.Session"}
Keys = set[tuple[str, Any]]


@dataclass(frozen=True)
class Change:
    kind: str  # added, changed or gone
    row: models.Model  # as it was before; as it is, when it was added

    def __str__(self) -> str:
        return f"{self.kind} {self.row._meta.label} {self.row.pk}"


def keys_of(*rows: models.Model) -> Keys:
    return {(row._meta.label, row.pk) for row in rows}


class Tables:
    """All rows as they were when this was made, or those of some tables."""

    def __init__(self, only: Iterable[str] | None = None) -> None:
        self.models: dict[str, type[models.Model]] = {
            model._meta.db_table: model
            for model in apps.get_models(include_auto_created=True)
            if model._meta.managed and not model._meta.proxy and model._meta.label not in NOBODYS
            if only is None or model._meta.db_table in only
        }
        self.before = {table: self._rows(model) for table, model in self.models.items()}

    def changes(self, tables: Iterable[str] | None = None) -> list[Change]:
        """What is different now, in these tables or in all."""
        names = self.models if tables is None else [name for name in tables if name in self.models]
        return [change for name in sorted(names) for change in self._changes_of(name)]

    def _changes_of(self, table: str) -> Iterator[Change]:
        model, before = self.models[table], self.before[table]
        now = self._rows(model)
        for key, values in before.items():
            if now.get(key) != values:
                yield Change("changed" if key in now else "gone", self._row(model, values))
        for key, values in now.items():
            if key not in before:
                yield Change("added", self._row(model, values))

    @staticmethod
    def _rows(model: type[models.Model]) -> dict[Any, tuple[Any, ...]]:
        names = [column.attname for column in model._meta.concrete_fields]
        key = names.index(model._meta.pk.attname)  # type: ignore[union-attr]
        rows = model._base_manager.order_by().values_list(*names)
        return {row[key]: row for row in rows}

    @staticmethod
    def _row(model: type[models.Model], values: tuple[Any, ...]) -> models.Model:
        names = [column.attname for column in model._meta.concrete_fields]
        return model(**dict(zip(names, values, strict=True)))


@contextmanager
def watched() -> Iterator[set[str]]:
    """The names of the tables that are written in here."""
    tables: set[str] = set()

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        tables.update(WRITTEN.findall(str(sql)))
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for alias in ALIASES:
            stack.enter_context(connections[alias].execute_wrapper(note))
        yield tables


def leads_to(row: models.Model, wanted: Keys) -> bool:
    """Whether this row is one of these, or points to one over foreign keys."""
    level, seen = [row], {(row._meta.label, row.pk)}
    for _step in range(LONGEST_WAY + 1):
        if any((each._meta.label, each.pk) in wanted for each in level):
            return True
        targets = [target for each in level for target in _targets_of(each)]
        level = [each for each in targets if (each._meta.label, each.pk) not in seen]
        seen |= {(each._meta.label, each.pk) for each in level}
    return False


def _targets_of(row: models.Model) -> Iterator[models.Model]:
    for column in row._meta.concrete_fields:
        key = getattr(row, column.attname)
        if column.remote_field is None or key is None:
            continue
        model: type[models.Model] = column.related_model  # type: ignore[assignment]
        yield from model._base_manager.filter(**{column.target_field.attname: key})


def new_trespasses(changes: Iterable[Change], *, against: Keys) -> list[str]:
    """New rows that lead to rows of others. Asked before the visit is undone."""
    added = [change for change in changes if change.kind == "added"]
    return [str(change) for change in added if leads_to(change.row, against)]


def old_trespasses(changes: Iterable[Change], *, against: Keys, own: Keys) -> list[str]:
    """Old rows, changed or gone, that lead to others or do not lead to one's own. Asked after the visit is undone."""
    old = [change for change in changes if change.kind != "added"]
    return [
        str(change)
        for change in old
        if leads_to(change.row, against) or not leads_to(change.row, own)
    ]
