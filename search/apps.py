from oscar.apps.search.apps import SearchConfig as OscarSearchConfig


class SearchConfig(OscarSearchConfig):
    """Oscar's search app is ours: Oscar looks its classes up here."""

    name = "search"
