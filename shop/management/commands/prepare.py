"""Brings databases, texts, static files and demo data up to date; a moment's work when they are."""

import hashlib
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

AREAS = ("shop", "search", "vendors")


class Command(BaseCommand):
    help = "Bring databases, texts, static files and the demo's data up to date"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave the demo's data out")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("compilemessages")
        for alias in connections:
            self.migrate(alias)
        call_command("createcachetable", verbosity=0)
        self.collect_static_files()
        if settings.DEMO and not options["no_demo"]:
            call_command("load_demo")

    def migrate(self, alias: str) -> None:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write(f"  migrations of {connections[alias].settings_dict['NAME']}")
            call_command("migrate", database=alias, verbosity=0, interactive=False)

    def collect_static_files(self) -> None:
        """Collect only when a file changed: compressing Oscar's takes twenty seconds."""
        ours = [
            file for area in AREAS for file in (settings.BASE_DIR / area).glob("**/static/**/*")
        ]
        lock = settings.BASE_DIR / "requirements.txt"  # Oscar's and htmx's files change with it
        wanted = fingerprint([*sorted(ours), lock])
        stamp = settings.STATE_DIR / "static.sha256"
        if not stamp.exists() or stamp.read_text() != wanted:
            self.stdout.write("  static files")
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp.write_text(wanted)


def fingerprint(files: Iterable[Path]) -> str:
    """One hash over names and contents."""
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(f"{file.name}:{file.stat().st_size}:".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
