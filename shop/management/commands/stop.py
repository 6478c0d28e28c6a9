"""Stops everything of this checkout that still runs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from shop import postgres, supervisor


class Command(BaseCommand):
    help = "Stop the embedded database, and the processes that a killed `make run` left behind"

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = supervisor.stop_leftovers(settings.STATE_DIR)
        postgres.stop(settings.STATE_DIR)
        if stopped:
            self.stdout.write(f"{stopped} left-over processes stopped")
