"""The stall: what a shopper may know of a seller, and who keeps it. Public half."""

import secrets
import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User
from shop.orders.models.scope import partners_of


def random_slug() -> str:
    """A neutral address: it tells neither how many stalls there are nor in which order they came."""
    return secrets.token_hex(4)


def showing_goods(prefix: str = "") -> models.Q:
    """Stalls whose goods stand in the shop; `prefix` is the way to the stall, as in "stall__".

    Who is on holiday and takes no orders for later shows the stall alone.
    """
    state, preorders = f"{prefix}state", f"{prefix}takes_preorders"
    return models.Q(**{state: Stall.State.OPEN}) | models.Q(
        **{state: Stall.State.ON_HOLIDAY, preorders: True}
    )


class StallQuerySet(models.QuerySet["Stall"]):
    def public(self) -> "StallQuerySet":
        return self.filter(state__in=Stall.PUBLIC)

    def showing_goods(self) -> "StallQuerySet":
        return self.filter(showing_goods())

    def visible_to(self, user: "User | AnonymousUser") -> "StallQuerySet":
        """The stalls this person works for; nothing for a stranger."""
        return self.filter(partner__in=partners_of(user))


class Stall(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        REVIEW = "review", _("being looked at")
        OPEN = "open", _("open")
        ON_HOLIDAY = "on_holiday", _("on holiday")
        PAUSED = "paused", _("paused")
        CLOSED = "closed", _("closed")

    class SellerKind(models.TextChoices):
        HOME_WORKSHOP = "home_workshop", _("home workshop")
        WORKSHOP = "workshop", _("workshop")
        COOPERATIVE = "cooperative", _("cooperative")
        LOCAL_PRODUCER = "local_producer", _("local producer")

    class Disclosure(models.TextChoices):
        """What the stall holder lets the shop tell of them as a person. Saying nothing costs nothing."""

        NOTHING = "nothing", _("nothing about me")
        NAME = "name", _("my name, at my stall")
        NAME_AND_NEWS = "name_and_news", _("my name, in news of the shop too")

    class Trust(models.TextChoices):
        """Whether new goods are looked at before they are shown."""

        NEW = "new", _("goods are looked at first")
        TRUSTED = "trusted", _("goods are shown at once")

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
    seller_kind = models.CharField(
        _("kind of seller"),
        max_length=16,
        choices=SellerKind.choices,
        default=SellerKind.HOME_WORKSHOP,
    )
    disclosure = models.CharField(
        _("told of the person"),
        max_length=16,
        choices=Disclosure.choices,
        default=Disclosure.NOTHING,
    )
    trust = models.CharField(_("trust"), max_length=8, choices=Trust.choices, default=Trust.NEW)
    returns_note = models.CharField(_("returns"), max_length=300, blank=True)
    # When the stall answers and hands parcels over, Tehran time; empty: not said.
    answers_from = models.TimeField(_("answers from"), null=True, blank=True)
    answers_until = models.TimeField(_("answers until"), null=True, blank=True)
    logo = models.CharField(_("logo"), max_length=80, blank=True)
    cover = models.CharField(_("cover picture"), max_length=80, blank=True)
    opened_on = models.DateField(_("opened on"), null=True)

    # The plugin of mypy takes the manager for another class than its query set.
    objects: ClassVar[StallQuerySet] = StallQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("stall")
        verbose_name_plural = _("stalls")
        # One right for all of it: opening, goods, reviews and reports.
        permissions = [
            ("look_after", _("may look after stalls, their goods and what is said of them"))
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("stall", args=[self.slug])

    @property
    def is_public(self) -> bool:
        """Whether a stranger may see its page."""
        return self.state in self.PUBLIC

    @property
    def shows_goods(self) -> bool:
        """Whether its goods stand in the shop."""
        return self.state == self.State.OPEN or (
            self.state == self.State.ON_HOLIDAY and self.takes_preorders
        )

    def holiday_is_over(self, *, today: date) -> bool:
        """Whether it said it would be back by now."""
        return (
            self.state == self.State.ON_HOLIDAY
            and self.holiday_until is not None
            and self.holiday_until <= today
        )

    @property
    def named_keeper(self) -> str:
        """The maker's name where the maker lets it be told; else nothing."""
        return "" if self.disclosure == self.Disclosure.NOTHING else self.keeper_name


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
