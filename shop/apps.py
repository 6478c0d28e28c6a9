"""The shop itself (base templates, files, texts) and Oscar's root config under its own name."""

from django.apps import AppConfig
from oscar.config import Shop


class ShopConfig(AppConfig):
    name = "shop"


class MarketShop(Shop):
    """Oscar's root. None of its pages is mounted as a whole: each door lists what it serves in shop/urls."""

    name = "oscar"
