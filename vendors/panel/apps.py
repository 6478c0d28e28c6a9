from django.apps import AppConfig


class PanelConfig(AppConfig):
    name = "vendors.panel"
    label = "vendors_panel"
