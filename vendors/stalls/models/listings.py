"""What stands in a stall: its goods and their pictures, what is proposed for them, and what their prices were."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User
from shop.fields import RialField
from shop.orders.models.scope import partners_of
from vendors.stalls.models.stalls import Stall


class ListingQuerySet(models.QuerySet["Listing"]):
    def visible_to(self, user: User | AnonymousUser) -> "ListingQuerySet":
        """The goods of the stalls this person works for; nothing for a stranger."""
        return self.filter(stall__partner__in=partners_of(user))


class Listing(models.Model):
    """A product in a stall. The product itself (title, text, price, stock) is Oscar's."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        CONFIRM = "confirm", _("waits for the stall holder's yes")
        REVIEW = "review", _("being looked at")
        LIVE = "live", _("in the shop")
        SENT_BACK = "sent_back", _("sent back")
        HIDDEN = "hidden", _("taken out")

    class Unit(models.TextChoices):
        PIECE = "piece", _("piece")
        PACK = "pack", _("pack")
        KG = "kg", _("kilogram")
        JAR = "jar", _("jar")
        PAIR = "pair", _("pair")
        SET = "set", _("set")

    class Returnable(models.TextChoices):
        SEVEN_DAYS = "7_working_days", _("can be returned within seven working days")
        DAMAGED_OR_WRONG = "damaged_or_wrong_only", _("can be returned when damaged or wrong")

    product = models.OneToOneField("catalogue.Product", models.CASCADE, related_name="listing")
    stall = models.ForeignKey(Stall, models.PROTECT, related_name="listings")
    unit = models.CharField(_("sold by"), max_length=8, choices=Unit.choices, default=Unit.PIECE)
    returnable = models.CharField(
        _("returns"), max_length=24, choices=Returnable.choices, default=Returnable.DAMAGED_OR_WRONG
    )
    # Whether a shopper sees it is the product's `is_public`; this says why, and it is public only when LIVE.
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.LIVE)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # Entered by a facilitator: when the stall holder said yes to it.
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    # When it was last sent to be looked at.
    sent_at = models.DateTimeField(_("sent in"), null=True)
    # Taken out of the shop by staff, and not approved since: it is looked at before it comes back, and never deleted.
    taken_down_at = models.DateTimeField(_("taken down"), null=True)
    # Changed by a stall that is not trusted while buyers saw it, and not looked at since.
    photos_changed_at = models.DateTimeField(_("photos changed"), null=True)
    sizes_changed_at = models.DateTimeField(_("sizes changed"), null=True)
    created_at = models.DateTimeField(_("listed"), auto_now_add=True)

    # The plugin of mypy takes the manager for another class than its query set.
    objects: ClassVar[ListingQuerySet] = ListingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        # A stall's newest goods stand on each of its product pages.
        indexes = [
            models.Index(fields=["stall", "-id"], name="listing_newest_of_stall"),
            models.Index(
                fields=["sent_at", "id"],
                condition=models.Q(state="review"),
                name="listing_to_look_at",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(photos_changed_at__isnull=False)
                | models.Q(sizes_changed_at__isnull=False),
                name="listing_changed_unseen",
            ),
        ]

    def __str__(self) -> str:
        return str(self.product_id)


class ListingDecision(models.Model):
    """What staff decided of goods, with the reason the stall is told. Only ever added."""

    # Drafts may be thrown away; what was decided of them stays.
    listing = models.ForeignKey(
        Listing, models.DO_NOTHING, related_name="decisions", db_constraint=False
    )
    from_state = models.CharField(max_length=9, choices=Listing.State.choices)
    to_state = models.CharField(max_length=9, choices=Listing.State.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("decision about goods")
        verbose_name_plural = _("decisions about goods")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.to_state}"


class Photo(models.Model):
    """A picture of a listing; `key` names its files of every width (vendors.stalls.photos)."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="photos")
    key = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    is_illustration = models.BooleanField(_("a drawing, not a photo"), default=False)
    # What must stay in the square, in hundredths of width and height from the top left.
    focus_x = models.PositiveSmallIntegerField(default=50, validators=[MaxValueValidator(100)])
    focus_y = models.PositiveSmallIntegerField(default=50, validators=[MaxValueValidator(100)])
    # A few bytes that stand there until the picture has come: base64 of a tiny WebP.
    placeholder = models.CharField(max_length=400, blank=True)
    # Every width stands there in every format (vendors.stalls.jobs.make_photo); until then two widths do.
    is_ready = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["position", "pk"]
        constraints = [
            # The key is made from the picture: two products may show the same one, each once.
            models.UniqueConstraint(fields=["listing", "key"], name="photo_once_per_listing")
        ]

    def __str__(self) -> str:
        return self.key


class ListingChange(models.Model):
    """New words for goods that are in the shop: what is shown stays until somebody has looked at them."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being looked at")
        APPLIED = "applied", _("in the shop")
        REFUSED = "refused", _("sent back")
        REPLACED = "replaced", _("written anew")

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="changes")
    # Field of the form → new value.
    changes = models.JSONField()
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("change of goods")
        verbose_name_plural = _("changes of goods")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing"],
                condition=models.Q(state="waiting"),
                name="listing_change_one_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.state}"


class PriceChange(models.Model):
    """One step in the history of a price; rial. Only ever added."""

    record = models.ForeignKey("partner.StockRecord", models.CASCADE, related_name="price_changes")
    before = RialField(_("before"))
    after = RialField(_("after"))
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["record", "-at"], name="price_change_of_record")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.before} {self.after}"


class Sheet(models.Model):
    """A table of goods that a stall has sent in: kept as it was read until its preview is agreed to."""

    stall = models.ForeignKey(Stall, models.CASCADE, related_name="sheets")
    by_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # [number of the row, {column: what stands there}], as text; whatever was no text or number is marked.
    rows = models.JSONField()
    created_at = models.DateTimeField(_("sent in"))
    applied_at = models.DateTimeField(_("agreed to"), null=True)

    class Meta:
        verbose_name = _("table of goods")
        verbose_name_plural = _("tables of goods")

    def __str__(self) -> str:
        return f"{self.stall_id} {self.pk}"


class CategoryClass(models.Model):
    """Which kind of product the goods of a category are: it says what else a stall is asked about them."""

    category = models.OneToOneField(
        "catalogue.Category", models.CASCADE, related_name="goods_class"
    )
    product_class = models.ForeignKey("catalogue.ProductClass", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("kind of goods of a category")
        verbose_name_plural = _("kinds of goods of categories")

    def __str__(self) -> str:
        return f"{self.category_id} {self.product_class_id}"
