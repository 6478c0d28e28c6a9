class LedgerError(Exception):
    """The books refuse what was asked of them."""


class Unbalanced(LedgerError):
    """Postings that do not sum to zero: a programming error, never a user's."""
