"""What the pages of the checkout ask of their forms."""

from django import template
from django.forms import BoundField

from shop.storefront.forms import ShippingForm, field_of
from shop.storefront.queries.basket import BasketParcel

register = template.Library()


@register.simple_tag
def sending_field(form: ShippingForm, parcel: BasketParcel) -> BoundField:
    """The field of a shipping form that belongs to this parcel."""
    return form[field_of(parcel.partner_id)]
