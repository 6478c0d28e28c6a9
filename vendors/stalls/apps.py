from django.apps import AppConfig


class StallsConfig(AppConfig):
    name = "vendors.stalls"
    label = "vendors_stalls"
