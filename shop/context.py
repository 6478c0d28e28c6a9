"""What every page may ask for."""

from django.conf import settings
from django.http import HttpRequest


def shop(request: HttpRequest) -> dict[str, object]:
    return {
        "DEMO": settings.DEMO,
        "OFFICE_URL": settings.OFFICE_URL,
        "STOREFRONT_URL": settings.STOREFRONT_URL,
    }
