#!/usr/bin/env python
"""The one entry point; starts the embedded database itself when it is down and no server is named."""

import os
import sys
from pathlib import Path

# Commands that touch no database and must also work while one is being repaired.
WITHOUT_DATABASE = {
    "compilemessages",
    "makemessages",
    "collectstatic",
    "stop",
    "help",
    "--help",
    "version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    from django.core.management import execute_from_command_line

    if not os.environ.get("DATABASE_URL") and not WITHOUT_DATABASE & set(sys.argv[1:2]):
        from shop import postgres

        default_state = Path(__file__).resolve().parent / ".local"
        postgres.start(Path(os.environ.get("BAZARCHE_STATE", default_state)))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
