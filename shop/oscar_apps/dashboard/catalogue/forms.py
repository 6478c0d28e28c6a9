"""Prices and stock as staff type them on the dashboard, by the rules that the database holds anyway."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from oscar.apps.dashboard.catalogue.forms import StockRecordForm as OscarStockRecordForm

from shop.templatetags.bazarche import number


class StockRecordForm(OscarStockRecordForm):
    def clean_price(self) -> Decimal | None:
        price: Decimal | None = self.cleaned_data["price"]
        if price is not None and (price <= 0 or price != price.to_integral_value()):
            raise ValidationError(_("A price is a whole number of rials above zero."))
        return price

    def clean_num_in_stock(self) -> int | None:
        count: int | None = self.cleaned_data["num_in_stock"]
        promised = self.instance.num_allocated or 0
        if count is not None and count < promised:
            raise ValidationError(
                _("%(count)s of these are sold and not sent yet.") % {"count": number(promised)}
            )
        return count

    def save(self, commit: bool = True) -> Any:
        """Write what was changed and nothing else: an order that comes meanwhile keeps the stock it holds."""
        if not (commit and self.instance.pk):
            return super().save(commit)
        changed = [name for name in self.changed_data if name in self.Meta.fields]
        self.instance.save(update_fields=[*changed, "date_updated"])
        return self.instance
