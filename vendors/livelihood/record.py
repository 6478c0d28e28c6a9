"""What every table of the confidential half has in common: an unguessable key, and history where it may change."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
import pgtrigger
from django.db import connections, models, transaction
from django.utils.translation import gettext_lazy as _

ALIAS = "livelihood"

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'TRUNCATE of % refused: it is append-only', TG_TABLE_NAME;",
    ),
]


class Record(models.Model):
    """A row of the confidential half. `is_invented` marks demo rows that stand for no fact."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    is_invented = models.BooleanField(_("invented for the demo"), default=False)

    class Meta:
        abstract = True


def with_history(model: type[Any]) -> type[Any]:
    """Keep every state a row of this model had, by database triggers, raw SQL included."""
    tracked: type[Any] = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        # The context stands in the event row itself: a shared context row could be rewritten later.
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]  # allowed, and typed too narrowly
    )(model)
    return tracked


@contextmanager
def recorded_change(*, by: str, reason: str) -> Iterator[None]:
    """One transaction of the confidential half whose history says who changed rows and why.

    `pghistory.context` reaches the default database alone, hence the setting that its triggers read.
    """
    with transaction.atomic(using=ALIAS):
        _tell_triggers(json.dumps({"by": by, "reason": reason}))
        yield
        _tell_triggers("")  # what follows in an outer transaction is another change


def _tell_triggers(context: str) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_metadata', %s, true)", [context])
