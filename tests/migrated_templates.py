"""Databases that carry every migration already, for the test databases to be copied from.

Migrating takes a minute on a busy machine, and every test worker would pay it for both databases. The copies are made
anew when a migration or the lock of the libraries changed, by `python -m tests.migrated_templates` in its own process.
"""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def template_of(name: str) -> str:
    return f"{name}_migrated"


def fingerprint() -> str:
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for file in sorted(migrations()):
        digest.update(file.as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def migrations() -> Iterator[Path]:
    for area in ("shop", "vendors", "search"):
        yield from (ROOT / area).glob("**/migrations/*.py")


def refresh(state_dir: Path) -> None:
    """Make the migrated copies when they are missing or old."""
    stamp = state_dir / "migrated-templates.sha256"
    with (state_dir / "migrated-templates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs of one checkout
        wanted = fingerprint()
        if not stamp.exists() or stamp.read_text() != wanted:
            subprocess.run([sys.executable, "-m", "tests.migrated_templates"], cwd=ROOT, check=True)
            stamp.write_text(wanted)


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    for alias in connections:
        connection = connections[alias]
        empty = connection.settings_dict["TEST"]["TEMPLATE"]
        migrated = template_of(empty)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {migrated}")
            cursor.execute(f"CREATE DATABASE {migrated} TEMPLATE {empty}")
        connection.close()
        connection.settings_dict["NAME"] = migrated
        call_command("migrate", database=alias, verbosity=0, interactive=False)
        connection.close()


if __name__ == "__main__":
    main()
