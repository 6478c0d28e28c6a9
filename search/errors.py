class SearchError(Exception):
    """Base of what can go wrong in search."""


class SearchServerError(SearchError):
    """The search server did not answer in time, or answered that it cannot."""
