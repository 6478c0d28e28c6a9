class NoticeError(Exception):
    """A message could not be put on its way."""


class NotSent(NoticeError):
    """The sender did not take the message; asking again later may help."""
