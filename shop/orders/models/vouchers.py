"""Codes that make an order cheaper for its buyer. The shop bears them: a stall gets its full price."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField


class Voucher(models.Model):
    """One code: a share of the goods or a fixed sum, for so many orders, between two days."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    percent = models.PositiveSmallIntegerField(_("percent of the goods"), null=True)
    amount = RialField(_("sum"), null=True)
    at_most = RialField(_("at most"), null=True)
    min_goods = RialField(_("from goods worth"), default=0)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    max_uses = models.PositiveIntegerField(_("for how many orders"), null=True)
    used = models.PositiveIntegerField(_("used"), default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ["-ends_at", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount=None, percent__gte=1, percent__lte=100)
                | models.Q(percent=None, amount__gt=0),
                name="voucher_percent_or_amount",
            ),
            # Holds whatever code counts: a single-use voucher is used once.
            models.CheckConstraint(
                condition=models.Q(max_uses=None) | models.Q(used__lte=models.F("max_uses")),
                name="voucher_not_overused",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class VoucherUse(models.Model):
    """A voucher used by one order. Given back when the order is not paid: then it counts no longer."""

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="uses")
    order = models.OneToOneField("order.Order", models.PROTECT, related_name="voucher_use")
    amount = RialField(_("discount"))
    is_given_back = models.BooleanField(_("given back"), default=False)

    class Meta:
        verbose_name = _("use of a voucher")
        verbose_name_plural = _("uses of vouchers")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="voucher_use_amount")
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id} {self.amount}"
