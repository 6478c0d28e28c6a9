"""The whole shop on this machine: what `make run` starts."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from shop import postgres, supervisor

STOPPED_BY_SIGNAL = (130, 143)


class Command(BaseCommand):
    help = "Start the demo: both doors, their workers, the sandbox bank and the search server"

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get("DATABASE_URL"):
            raise CommandError(
                "`serve` is the demo on the embedded database. With a server of your own, start the"
                " lines of the Procfile under your own supervisor (docs/operations.md)."
            )
        state_dir = settings.STATE_DIR
        if os.environ.get(supervisor.MARK) != str(state_dir):
            # The mark must be in our environment from birth: it is how leftovers are found after a kill.
            os.environ[supervisor.MARK] = str(state_dir)
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - our own command line again
        try:
            supervisor.claim(state_dir)
        except supervisor.AlreadyRunning:
            raise CommandError("The shop is already running from this folder.") from None
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            code = self.run(state_dir)
        except KeyboardInterrupt:
            code = 130
        finally:
            postgres.stop(state_dir)
        sys.exit(0 if code in STOPPED_BY_SIGNAL else code)

    def run(self, state_dir: Path) -> int:
        if supervisor.stop_leftovers(state_dir):
            self.stdout.write("Stopped what an earlier run left behind")
        call_command("prepare")
        connections.close_all()  # the processes below must not share our sockets
        addresses = supervisor.choose_addresses(with_search=supervisor.search_server_is_built())
        return supervisor.supervise(
            state_dir=state_dir,
            addresses=addresses,
            when_ready=lambda searching: self.welcome(addresses, searching=searching),
        )

    def welcome(self, addresses: supervisor.Addresses, *, searching: bool) -> None:
        """Bring the search index up to date, then say where everything is."""
        if addresses.search is None:
            search = "PostgreSQL (no Java 17 and Maven here)"
        elif not searching:
            search = "PostgreSQL (Elasticsearch did not start: .local/logs/search.log)"
        else:
            search = f"{addresses.url(addresses.search)}/ (Elasticsearch)"
            try:
                supervisor.run_command(
                    "reindex", environment={"ELASTICSEARCH_URL": addresses.url(addresses.search)}
                )
            except subprocess.CalledProcessError:
                search = "PostgreSQL (the index was not built: see above)"
        self.stdout.write(welcome_text(addresses, search=search))
        self.stdout.flush()


def welcome_text(addresses: supervisor.Addresses, *, search: str) -> str:
    """The box of addresses and logins."""
    rule = "─" * 78
    shop, office = addresses.url(addresses.storefront), addresses.url(addresses.office)
    return "\n".join(
        (
            rule,
            f"  Bazarche is open      {shop}/   (English: {shop}/en/)",
            f"  Stall holders         {shop}/panel/",
            f"  Office                {office}/",
            f"  Sandbox bank          {addresses.url(addresses.bank)}/",
            f"  Search                {search}",
            "",
            "  Log in with one of these telephones; the codes appear here, in the console:",
            *demo_logins(),
            "",
            "  Ctrl-C stops all of it.  Logs: .local/logs",
            rule,
        )
    )


def demo_logins() -> list[str]:
    """One line for each kind of person in the demo: the telephones as people type them."""
    people = json.loads((settings.BASE_DIR / "demo" / "data" / "people.json").read_text())
    kinds = (("vendors", "stall holders"), ("facilitators", "facilitators"), ("staff", "staff"))
    return [
        f"    {words:<14}  "
        + "  ".join(
            f"0{person['phone'].removeprefix('+98')}"
            + (f" ({person['sees']})" if "sees" in person else "")
            for person in people[kind][:5]
        )
        for kind, words in kinds
    ]
