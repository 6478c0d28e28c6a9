from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "vendors.desk"
    label = "vendors_desk"
