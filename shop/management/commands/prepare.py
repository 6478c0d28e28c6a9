"""Brings databases, texts, static files and demo data up to date; a moment's work when they are."""

import hashlib
from argparse import ArgumentParser
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
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
            self.load_demo()

    def migrate(self, alias: str) -> None:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write(f"  migrations of {connections[alias].settings_dict['NAME']}")
            call_command("migrate", database=alias, verbosity=0, interactive=False)

    def collect_static_files(self) -> None:
        ours = [
            file for area in AREAS for file in (settings.BASE_DIR / area).glob("**/static/**/*")
        ]
        lock = settings.BASE_DIR / "requirements.txt"  # Oscar's and htmx's files change with it
        stamp = Stamp("static", made_from=[*sorted(ours), lock])
        if not stamp.is_current():
            self.stdout.write("  static files")
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp.write()

    def load_demo(self) -> None:
        app = Path(import_module(get_commands()["load_demo"]).__path__[0])
        stamp = Stamp("demo", made_from=sorted(app.rglob("*demo*/**/*")))
        if not stamp.is_current():
            self.stdout.write("  demo data")
            call_command("load_demo")
            stamp.write()


class Stamp:
    """Remembers in the state folder which files something was made from, so that it is not made again."""

    def __init__(self, name: str, *, made_from: Iterable[Path]) -> None:
        self.path: Path = settings.STATE_DIR / "stamps" / name
        digest = hashlib.sha256()
        for source in made_from:
            if source.is_file():
                digest.update(f"{source.name}:{source.stat().st_size}:".encode())
                digest.update(source.read_bytes())
        self.wanted = digest.hexdigest()

    def is_current(self) -> bool:
        return self.path.exists() and self.path.read_text() == self.wanted

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.wanted)
