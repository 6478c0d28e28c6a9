"""Real services for the tests: the embedded PostgreSQL of this checkout, with its roles and its locale."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
os.environ["DOOR"] = "setup"

import hypothesis
import pytest
from pytest_django import DjangoDbBlocker

from shop import postgres
from tests import migrated_templates
from tests.fixtures_bank import sandbox_bank  # noqa: F401 - a fixture for every test

# Nothing is timed in tests: a slow machine is no failure.
hypothesis.settings.register_profile(
    "untimed",
    hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]),
)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("BAZARCHE_STATE", ROOT / ".local"))
ON_EMBEDDED_SERVER = not os.environ.get("DATABASE_URL")
if ON_EMBEDDED_SERVER:
    postgres.start(STATE_DIR)

# Rows laid by migrations, which every test may rely on.
KEPT_TABLES = {"address_country", "auth_permission", "django_content_type", "django_site"}
# Tables that Django forgets when it flushes: they belong to no model of ours.
FORGOTTEN_TABLES = (
    "shared_cache",
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
)


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    if ON_EMBEDDED_SERVER:
        if not hasattr(config, "workerinput"):  # the workers of a parallel run find them made
            migrated_templates.refresh(STATE_DIR)
        for database in settings.DATABASES.values():
            test = database["TEST"]
            test["TEMPLATE"] = migrated_templates.template_of(test["TEMPLATE"])

    # whitenoise warns of a folder that collectstatic has not made yet.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    settings.PRIVATE_ROOT = str(STATE_DIR / "private-of-tests")
    # No manifest: tests read the files as they are, without collecting them first.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test databases; at the end, connections that a job's thread left to the garbage collector are cut first."""
    yield
    from django.db import connections

    with django_db_blocker.unblock():
        for connection in connections.all():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND usename = current_user"  # the server cleans up by itself, and may not be cut
                )


@pytest.fixture(autouse=True)
def persian_first() -> None:
    """A request to an English page leaves its language to the thread; no test may find another's there."""
    from django.utils import translation

    translation.activate("fa")


@pytest.fixture(scope="session", autouse=True)
def flush_past_append_only_tables() -> Iterator[None]:
    """After a transactional test, empty the tables that hold rows; append-only tables allow it for that moment.

    Django would truncate all of them, which takes seconds. It forgets procrastinate's tables, which are unmanaged, and
    the shared cache with its limits: they are emptied here too.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        forgotten = FORGOTTEN_TABLES if self.connection.alias == "default" else ()
        candidates = [table for table in (*tables, *forgotten) if table not in KEPT_TABLES]
        with self.connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(
                    f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"
                    for table in candidates
                )
            )
            filled = [row[0] for row in cursor.fetchall()]
        if not filled:
            return []
        return [
            *(f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in filled),
            *(f'DELETE FROM "{table}"' for table in sorted(filled, key=deletion_order)),
            "SET CONSTRAINTS ALL IMMEDIATE",  # the tables below may have no check waiting
            *(f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in filled),
        ]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
    yield
    DatabaseOperations.sql_flush = plain  # type: ignore[method-assign]


def deletion_order(table: str) -> bool:
    """Foreign keys of Django's tables wait for the commit; procrastinate's do not, so its jobs go last."""
    return table == "procrastinate_jobs"
