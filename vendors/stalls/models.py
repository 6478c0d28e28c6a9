"""The stall: what a shopper may know of a seller, who keeps it, and what stands in it. Public half."""

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def random_slug() -> str:
    """A neutral address: it tells neither how many stalls there are nor in which order they came."""
    return secrets.token_hex(4)


class StallQuerySet(models.QuerySet["Stall"]):
    def public(self) -> "StallQuerySet":
        return self.filter(state__in=Stall.PUBLIC)


class Stall(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        OPEN = "open", _("open")
        ON_HOLIDAY = "on_holiday", _("on holiday")
        CLOSED = "closed", _("closed")

    PUBLIC: ClassVar[tuple[str, ...]] = (State.OPEN, State.ON_HOLIDAY)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.OneToOneField("partner.Partner", models.PROTECT, related_name="stall")
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address"), max_length=80, unique=True, default=random_slug)
    tagline = models.CharField(_("in one line"), max_length=140, blank=True)
    story = models.TextField(_("story"), blank=True)
    keeper_name = models.CharField(_("maker's name as shown"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=40)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DRAFT)
    main_category = models.ForeignKey(
        "catalogue.Category", models.PROTECT, related_name="+", null=True
    )
    takes_preorders = models.BooleanField(_("takes orders while on holiday"), default=False)
    holiday_until = models.DateField(_("back on"), null=True, blank=True)
    holiday_note = models.CharField(_("note on the holiday"), max_length=200, blank=True)
    cover = models.CharField(_("cover picture"), max_length=80, blank=True)
    opened_on = models.DateField(_("opened on"), null=True)

    # The plugin of mypy takes the manager for another class than its query set.
    objects: ClassVar[StallQuerySet] = StallQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("stall")
        verbose_name_plural = _("stalls")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("stall", args=[self.slug])

    @property
    def is_public(self) -> bool:
        """Whether a stranger may see it, and buy there."""
        return self.state in self.PUBLIC


class StallMember(models.Model):
    """A person who works for a stall: its keeper, a helper, or the facilitator beside them."""

    class Role(models.TextChoices):
        OWNER = "owner", _("stall holder")
        HELPER = "helper", _("helper")
        FACILITATOR = "facilitator", _("facilitator")

    stall = models.ForeignKey(Stall, models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="stall_memberships"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)

    class Meta:
        verbose_name = _("stall member")
        verbose_name_plural = _("stall members")
        constraints = [models.UniqueConstraint(fields=["stall", "user"], name="stall_member_once")]

    def __str__(self) -> str:
        return f"{self.stall_id} {self.user_id}"


class Listing(models.Model):
    """A product in a stall. The product itself (title, text, price, stock) is Oscar's."""

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
    created_at = models.DateTimeField(_("listed"), auto_now_add=True)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        # A stall's newest goods stand on each of its product pages.
        indexes = [models.Index(fields=["stall", "-id"], name="listing_newest_of_stall")]

    def __str__(self) -> str:
        return str(self.product_id)


class Photo(models.Model):
    """A picture of a listing; `key` names its files of every width (vendors.stalls.photos)."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="photos")
    key = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    is_illustration = models.BooleanField(_("a drawing, not a photo"), default=False)

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
