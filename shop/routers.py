"""The wall in the data layer: which tables live in which database."""

from typing import Any

from django.db.models import Model

CONFIDENTIAL_APPS = {"livelihood"}


class WallRouter:
    """Confidential tables stand on the alias `livelihood` alone; no relation crosses, no migration strays."""

    def _alias(self, app_label: str) -> str:
        return "livelihood" if app_label in CONFIDENTIAL_APPS else "default"

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return self._alias(model._meta.app_label)

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return self._alias(model._meta.app_label)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return self._alias(one._meta.app_label) == self._alias(other._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == self._alias(app_label)
