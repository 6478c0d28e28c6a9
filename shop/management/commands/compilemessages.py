"""Django's command of this name, without its need for the gettext tools: Babel is here anyway."""

from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand

AREAS = ("shop", "search", "vendors")


class Command(BaseCommand):
    help = "Compile the catalogues of our own areas; those already up to date are left alone"

    def handle(self, *args: Any, **options: Any) -> None:
        sources = (
            po
            for area in AREAS
            for po in sorted((settings.BASE_DIR / area).glob("**/locale/*/LC_MESSAGES/*.po"))
        )
        for po in sources:
            mo = po.with_suffix(".mo")
            if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
                continue
            with po.open("rb") as text:
                catalogue = read_po(text, locale=po.parts[-3])
            partial = mo.with_suffix(".partial")
            with partial.open("wb") as compiled:
                write_mo(compiled, catalogue)
            # A process that starts meanwhile reads the old or the new, never half.
            partial.replace(mo)
            if options["verbosity"]:
                self.stdout.write(f"  texts: {po.relative_to(settings.BASE_DIR)}")
