"""The books: every rial that moved, in double entry, never changed again.

Sign: a debit is positive, a credit negative. What a stall has coming to it is a liability of the shop, so it grows by
credits: the balance shown to a stall is minus the sum of its postings. Which event books what: docs/ledger.md.
"""

import pgtrigger
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'the ledger is append-only: TRUNCATE of % refused', TG_TABLE_NAME;",
    ),
]
# Deferred to commit, so that a transaction and its postings may be written in any number of statements.
# Each currency balances by itself.
BALANCED = """
    SELECT coalesce(sum(pieces), 0), coalesce(max(abs(total)), 0) INTO n, off_by FROM (
        SELECT count(*) AS pieces, sum(amount) AS total
        FROM shop_ledger_posting JOIN shop_ledger_account ON shop_ledger_account.id = account_id
        WHERE transaction_id = {transaction} GROUP BY currency
    ) AS by_currency;
    IF n < 2 OR off_by <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % has % postings and is off by %', {transaction}, n, off_by
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


def balance_trigger(transaction: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="balanced",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=[("n", "bigint"), ("off_by", "numeric")],
        func=BALANCED.format(transaction=transaction),
    )


class Account(models.Model):
    """A pot of money, named by its code: `gateway:zarinpal:clearing`, `stall:7:pending`, `income:commission`."""

    code = models.CharField(_("code"), max_length=80, unique=True)
    currency = models.CharField(_("currency"), max_length=3, default="IRR")

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        triggers = APPEND_ONLY  # another code would give every posting another meaning

    def __str__(self) -> str:
        return self.code


class Transaction(models.Model):
    """One event in the books. `(event_type, event_id)` is unique: told twice, booked once."""

    event_type = models.CharField(max_length=40)
    event_id = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField(db_default=RawSQL("now()", []))
    # The database transaction that made this row: postings may join only within it.
    xact = models.BigIntegerField(
        db_default=RawSQL("pg_current_xact_id()::text::bigint", []), editable=False
    )

    class Meta:
        verbose_name = _("ledger transaction")
        verbose_name_plural = _("ledger transactions")
        constraints = [
            models.UniqueConstraint(
                fields=["event_type", "event_id"], name="ledger_transaction_event"
            )
        ]
        triggers = [*APPEND_ONLY, balance_trigger("NEW.id")]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"


class Posting(models.Model):
    class Kind(models.TextChoices):
        CAPTURE = "capture", _("captured")
        GOODS = "goods", _("goods")
        SHIPPING = "shipping", _("shipping")
        COMMISSION = "commission", _("commission")
        REFUND = "refund", _("refund")
        FEE = "fee", _("gateway's fee")
        PROMOTION = "promotion", _("discount the shop bears")
        DISPUTE = "dispute", _("disputed")
        CASH = "cash", _("cash taken at the door")
        PAYOUT = "payout", _("paid out")
        EXCHANGE = "exchange", _("exchange")

    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings")
    # In the smallest unit of the account's currency.
    amount = RialField(help_text=_("debit positive, credit negative"))
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # Plain keys: the ledger knows what a rial was for, and depends on nobody's table.
    partner_id = models.BigIntegerField(null=True)
    stall_order_id = models.BigIntegerField(null=True)
    order_line_id = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField(db_default=RawSQL("now()", []))

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="ledger_posting_not_zero")
        ]
        indexes = [
            models.Index(fields=["account", "posted_at"], name="ledger_posting_account_time"),
            models.Index(fields=["partner_id", "posted_at"], name="ledger_posting_partner_time"),
        ]
        triggers = [
            *APPEND_ONLY,
            balance_trigger("NEW.transaction_id"),
            pgtrigger.Trigger(
                name="same_transaction",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF (SELECT xact FROM shop_ledger_transaction WHERE id = NEW.transaction_id)
                       IS DISTINCT FROM pg_current_xact_id()::text::bigint THEN
                        RAISE EXCEPTION 'ledger transaction % is closed: correct it by a new one', NEW.transaction_id
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"
