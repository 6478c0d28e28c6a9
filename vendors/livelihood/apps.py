from django.apps import AppConfig


class LivelihoodConfig(AppConfig):
    """The confidential half, one app; the label keeps its tables behind shop.routers.WallRouter."""

    name = "vendors.livelihood"
    label = "livelihood"
