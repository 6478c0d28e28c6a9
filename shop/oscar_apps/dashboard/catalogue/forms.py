"""A type of product as staff change it: its name, and beside it the attributes that are asked for."""

from typing import ClassVar

from django import forms
from oscar.apps.catalogue.models import ProductClass


class ProductClassForm(forms.ModelForm):  # type: ignore[type-arg]  # Oscar's models are untyped
    """Without Oscar's switches for stock and sending: they would turn over every stall's goods of this type."""

    class Meta:
        model = ProductClass
        fields: ClassVar[list[str]] = ["name"]
