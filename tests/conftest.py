"""Real services for the tests: the embedded PostgreSQL of this checkout, with its roles and its locale."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
os.environ["DOOR"] = "setup"

import pytest

from shop import postgres
from tests.fixtures_bank import sandbox_bank  # noqa: F401 - a fixture for every test

ROOT = Path(__file__).resolve().parent.parent
if not os.environ.get("DATABASE_URL"):
    postgres.start(Path(os.environ.get("BAZARCHE_STATE", ROOT / ".local")))

# Rows laid by migrations, which every test may rely on.
KEPT_TABLES = {"address_country"}
JOB_TABLES = (
    "procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"
)


def pytest_configure() -> None:
    from django.conf import settings

    # No manifest: tests read the files as they are, without collecting them first.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session", autouse=True)
def flush_past_append_only_tables() -> Iterator[None]:
    """Transactional tests clean up by TRUNCATE, which append-only tables refuse: lift that for the clean-up alone.

    procrastinate's tables are unmanaged, so Django forgets them: they are emptied here too.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        tables = [table for table in tables if table not in KEPT_TABLES]
        statements = plain(self, style, tables, **options)
        if not statements:
            return statements
        off = [f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in tables]
        on = [f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in tables]
        jobs = (
            [f"TRUNCATE {JOB_TABLES} RESTART IDENTITY CASCADE"]
            if self.connection.alias == "default"
            else []
        )
        return [*off, *jobs, *statements, *on]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
    yield
    DatabaseOperations.sql_flush = plain  # type: ignore[method-assign]
