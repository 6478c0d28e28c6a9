from django.apps import AppConfig


class SettlementsConfig(AppConfig):
    name = "vendors.settlements"
    label = "vendors_settlements"
