"""Import this before any model: sets Django up for `python -m`, and leaves it alone where a test already did."""

import os

import django
from django.apps import apps

if not apps.ready:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    os.environ["DOOR"] = "setup"
    django.setup()
