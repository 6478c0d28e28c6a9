"""Addresses that a stall's people know from a message: a link, and no login."""

from django.urls import path

from vendors.panel import confirming

urlpatterns = [path("yes/<str:token>/", confirming.confirm, name="confirm_listing")]
