"""Which of the two doors this request came through."""

from django.conf import settings


def at_office() -> bool:
    """True behind the staff's door. The address book decides, so that tests stand at either door in one process."""
    return bool(settings.ROOT_URLCONF == "shop.urls.office")
