"""What a stall is told in the background."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from shop.accounts.models import User
from shop.jobs import MARKET
from shop.ledger.queries import held_by_dispute
from shop.notices.services import send_sms
from shop.orders.models import Dispute, Message, StallOrder
from shop.orders.notice_pace import told_lately
from shop.templatetags.bazarche import jalali_day, toman
from vendors.stalls.models import (
    Appeal,
    Listing,
    Photo,
    Question,
    Review,
    Stall,
    StallDecision,
    StallMember,
)
from vendors.stalls.services import reminders
from vendors.stalls.services.opening import end_holidays
from vendors.stalls.services.photos import forget_photos, make_photo

# Pictures may wait; messages about orders and money may not.
LAST = -10
PHOTOS_AT_ONCE = 10
State = Stall.State


@app.task(queue=MARKET)
def tell_stalls_of_order(order_id: int) -> None:
    """Tell everybody who works for a stall of this order, a helper without its sum; each once for each stall order."""
    paid = StallOrder.objects.filter(order_id=order_id).paid().with_due_at_door()
    with translation.override(settings.LANGUAGE_CODE):
        for stall_order in paid.select_related("partner__stall"):
            stall = stall_order.partner.stall
            path = reverse("panel:order", args=[stall_order.number])
            said = {
                "stall": stall.name,
                "total": toman(stall_order.goods),
                "due": toman(stall_order.due_at_door),
                "day": jalali_day(stall_order.send_by),
                "url": f"{settings.STOREFRONT_URL}{path}",
            }
            members = stall.members.filter(user__is_active=True).select_related("user")
            for member in members.order_by("user_id"):
                send_sms(
                    key=f"new-order:{stall_order.pk}:{member.user_id}",
                    phone=member.user.phone,
                    text=_new_order(stall_order, member) % said,
                    now=timezone.now(),
                )


def _new_order(stall_order: StallOrder, member: StallMember) -> str:
    if stall_order.due_at_door:
        return _(
            "%(stall)s has a new order, to be paid in cash at the door: take %(due)s toman there."
            " Please send it by %(day)s. %(url)s"
        )
    if member.role == StallMember.Role.HELPER:
        return _("%(stall)s has a new order. Please send it by %(day)s. %(url)s")
    return _("%(stall)s has a new order: %(total)s toman. Please send it by %(day)s. %(url)s")


@app.periodic(cron="*/5 * * * *")
@app.task(queue=MARKET, queueing_lock="end_holidays_of_stalls")
def end_holidays_of_stalls(timestamp: int) -> None:
    """Soon after midnight in Tehran, and whenever the worker was away then."""
    end_holidays(now=timezone.now())


@app.task(queue=MARKET)
def tell_stall_of_step(decision_id: int) -> None:
    """Tell the holder of a stall what somebody else decided about it; who did it themselves knows."""
    decision = StallDecision.objects.select_related("stall").get(pk=decision_id)
    with translation.override(settings.LANGUAGE_CODE):
        text = _of_step(decision)
        if text:
            _tell_people(
                decision.stall,
                key=f"stall-step:{decision.pk}",
                text=text % {"stall": decision.stall.name, "reason": decision.reason},
                but=decision.by_user_id,
            )


def _of_step(decision: StallDecision) -> str:
    if decision.from_state == State.ON_HOLIDAY and decision.to_state == State.OPEN:
        return "" if decision.by_user_id else _("%(stall)s is open again: your holiday is over.")
    if decision.to_state == State.OPEN:
        return _opened(decision.stall)
    texts: dict[str, str] = {
        State.DRAFT: _("%(stall)s is not open yet: %(reason)s Change it and send it once more."),
        State.PAUSED: _(
            "%(stall)s is paused: %(reason)s Your open orders go on. If you think this is wrong, tell us in your panel."
        ),
        State.CLOSED: _("%(stall)s is closed: %(reason)s Your open orders go on."),
    }
    return texts.get(decision.to_state, "")


def _opened(stall: Stall) -> str:
    """What buyers see of a stall that has just opened: goods, or none yet, and why."""
    states = set(stall.listings.values_list("state", flat=True))
    if Listing.State.LIVE in states:
        return _("Good news: %(stall)s is open. Buyers see your goods now.")
    if Listing.State.REVIEW in states:
        return _(
            "Good news: %(stall)s is open. We are still looking at your goods;"
            " buyers see them as soon as we have."
        )
    if Listing.State.CONFIRM in states:
        return _(
            "Good news: %(stall)s is open. Your goods wait for your yes:"
            " buyers see none before it. The link is in an earlier message."
        )
    return _("Good news: %(stall)s is open, but there is nothing to buy yet. Send your goods.")


@app.task(queue=MARKET)
def tell_stall_of_appeal(appeal_id: int) -> None:
    """Tell the people of a stall how their appeal ended, in the words of who answered."""
    appeal = Appeal.objects.select_related("decision__stall").get(pk=appeal_id)
    stall = appeal.decision.stall
    with translation.override(settings.LANGUAGE_CODE):
        text = _("We looked at what you said about %(stall)s: %(answer)s") % {
            "stall": stall.name,
            "answer": appeal.answer,
        }
        _tell_people(stall, key=f"appeal:{appeal.pk}", text=text)


def _tell_people(stall: Stall, *, key: str, text: str, but: int | None = None) -> None:
    """Write to the holder and the facilitators of a stall, each once for `key`, with the way to the panel."""
    told = (StallMember.Role.OWNER, StallMember.Role.FACILITATOR)
    people = User.objects.filter(
        stall_memberships__stall=stall, stall_memberships__role__in=told, is_active=True
    )
    if but is not None:
        people = people.exclude(pk=but)
    url = f"{settings.STOREFRONT_URL}/panel/"
    for user in people.order_by("pk"):
        send_sms(key=f"{key}:{user.pk}", phone=user.phone, text=f"{text} {url}", now=timezone.now())


@app.task(queue=MARKET)
def tell_stall_of_question(question_id: int) -> None:
    question = Question.objects.select_related("listing__product", "listing__stall").get(
        pk=question_id
    )
    with translation.override(settings.LANGUAGE_CODE):
        text = _("A visitor asks about %(goods)s. Please answer here: %(url)s") % {
            "goods": question.listing.product.title,
            "url": _panel_url("panel:answer_question", question_id),
        }
        _tell_members(question.listing.stall, key=f"question:{question_id}", text=text)


@app.task(queue=MARKET)
def tell_stall_of_review(review_id: int) -> None:
    review = Review.objects.select_related("listing__product", "listing__stall").get(pk=review_id)
    with translation.override(settings.LANGUAGE_CODE):
        text = _("A buyer has written about %(goods)s. Read it and answer: %(url)s") % {
            "goods": review.listing.product.title,
            "url": _panel_url("panel:answer_review", review_id),
        }
        _tell_members(review.listing.stall, key=f"review:{review_id}", text=text)


@app.task(queue=MARKET)
def tell_stall_of_its_answer(review_id: int, version: int) -> None:
    """Why an answer was taken off; nothing when the stall has written another meanwhile."""
    review = Review.objects.select_related("listing__product", "listing__stall").get(pk=review_id)
    if not review.answer_reason:
        return
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "We took your answer about %(goods)s off its page: %(reason)s"
            " You may write another: %(url)s"
        ) % {
            "goods": review.listing.product.title,
            "reason": review.answer_reason,
            "url": _panel_url("panel:answer_review", review_id),
        }
        key = f"answer-off:{review_id}:{version}"
        _tell_members(review.listing.stall, key=key, text=text)


@app.task(queue=MARKET)
def tell_asker(question_id: int) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        text = _("Bazarche: your question about %(goods)s is answered. %(url)s")
        _tell_asker_how_it_ended(question_id, key="answer", text=text)


@app.task(queue=MARKET)
def tell_asker_of_refusal(question_id: int) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "Bazarche: we could not put your question about %(goods)s on its page. You are welcome"
            " to ask once more, in other words: %(url)s"
        )
        _tell_asker_how_it_ended(question_id, key="not-shown", text=text)


def _tell_asker_how_it_ended(question_id: int, *, key: str, text: str) -> None:
    """One message, and the number it goes to is forgotten: it was given for this alone."""
    question = Question.objects.select_related("listing__product").get(pk=question_id)
    if not question.phone:
        return
    product = question.listing.product
    url = f"{settings.STOREFRONT_URL}{reverse('product', args=[product.slug])}#questions"
    send_sms(
        key=f"{key}:{question_id}",
        phone=question.phone,
        text=text % {"goods": product.title, "url": url},
        now=timezone.now(),
    )
    Question.objects.filter(pk=question_id).update(phone="")


def _panel_url(name: str, pk: int) -> str:
    return f"{settings.STOREFRONT_URL}{reverse(name, args=[pk])}"


def _tell_members(stall: Stall, *, key: str, text: str) -> None:
    """Everybody who works for the stall, each once."""
    for user in User.objects.filter(stall_memberships__stall=stall, is_active=True).order_by("pk"):
        send_sms(key=f"{key}:{user.pk}", phone=user.phone, text=text, now=timezone.now())


@app.task(queue=MARKET)
def tell_stalls_of_cancelling(stall_order_id: int) -> None:
    """Tell everybody who works for the stall that its buyer does not want this order any more."""
    stall_order = StallOrder.objects.select_related("partner__stall").get(pk=stall_order_id)
    stall = stall_order.partner.stall
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "Order %(number)s of %(stall)s was cancelled by its buyer before you accepted it."
            " Nothing has to be sent. %(url)s"
        ) % {
            "number": stall_order.number,
            "stall": stall.name,
            "url": f"{settings.STOREFRONT_URL}{reverse('panel:order', args=[stall_order.number])}",
        }
        _tell_members(stall, key=f"order-cancelled:{stall_order_id}", text=text)


@app.task(queue=MARKET)
def tell_stall_of_receipt(stall_order_id: int) -> None:
    """Tell everybody who works for the stall that the buyer has this parcel."""
    stall_order = StallOrder.objects.select_related("partner__stall").get(pk=stall_order_id)
    stall = stall_order.partner.stall
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "Good news: the buyer has order %(number)s of %(stall)s. The money for it is counted from today. %(url)s"
        ) % {
            "number": stall_order.number,
            "stall": stall.name,
            "url": f"{settings.STOREFRONT_URL}{reverse('panel:order', args=[stall_order.number])}",
        }
        _tell_members(stall, key=f"order-received:{stall_order_id}", text=text)


@app.task(queue=MARKET)
def tell_stalls_of_dispute(dispute_id: int) -> None:
    """Tell the owners why their money is held, and that they need do nothing."""
    text = gettext_noop(
        "%(stall)s: a buyer has asked their bank for the money of order %(number)s back. We keep %(amount)s toman aside"
        " until the bank decides, and answer the bank. You need not do anything. %(url)s"
    )
    _tell_of_dispute(dispute_id, text, step="opened")


@app.task(queue=MARKET)
def tell_stalls_of_decided_dispute(dispute_id: int) -> None:
    texts = {
        Dispute.State.WON: gettext_noop(
            "%(stall)s: the bank has decided for you about order %(number)s. %(amount)s toman are yours again. %(url)s"
        ),
        Dispute.State.LOST: gettext_noop(
            "%(stall)s: the bank has decided for the buyer about order %(number)s. %(amount)s toman went back to them."
            " %(url)s"
        ),
    }
    state = Dispute.objects.values_list("state", flat=True).get(pk=dispute_id)
    _tell_of_dispute(dispute_id, texts[Dispute.State(state)], step="decided")


def _tell_of_dispute(dispute_id: int, text: str, *, step: str) -> None:
    """To the owners of each stall whose money is disputed, each once a step for each of its orders."""
    held = held_by_dispute(dispute_id)
    url = f"{settings.STOREFRONT_URL}{reverse('panel:money')}"
    for stall_order in StallOrder.objects.filter(pk__in=list(held)).select_related(
        "partner__stall"
    ):
        stall = stall_order.partner.stall
        with translation.override(settings.LANGUAGE_CODE):
            written = _(text) % {
                "stall": stall.name,
                "number": stall_order.number,
                "amount": toman(held[stall_order.pk]),
                "url": url,
            }
        owners = User.objects.filter(
            stall_memberships__stall=stall,
            stall_memberships__role=StallMember.Role.OWNER,
            is_active=True,
        )
        for user in owners.order_by("pk"):
            send_sms(
                key=f"dispute-{step}:{dispute_id}:{stall_order.pk}:{user.pk}",
                phone=user.phone,
                text=written,
                now=timezone.now(),
            )


@app.task(queue=MARKET, lock="photos", priority=LAST)
def make_photo_sizes(photo_id: int) -> None:
    """All widths and formats of a photo; one photo at a time, behind everything that people wait for."""
    make_photo(photo_id=photo_id)


@app.task(queue=MARKET, priority=LAST)
def forget_gone_photos(keys: list[str]) -> None:
    forget_photos(keys=keys)


@app.periodic(cron="*/5 * * * *")
@app.task(queue=MARKET, queueing_lock="make_waiting_photos", lock="photos", priority=LAST)
def make_waiting_photos(timestamp: int) -> None:
    """A few photos that came without a job of their own, such as the demo's."""
    waiting = Photo.objects.filter(is_ready=False).order_by("pk").values_list("pk", flat=True)
    for photo_id in waiting[:PHOTOS_AT_ONCE]:
        make_photo(photo_id=photo_id)


@app.task(queue=MARKET)
def tell_stall_of_message(message_id: int) -> None:
    """At most one message an hour for each parcel, whatever the buyer writes."""
    message = Message.objects.select_related("stall_order__partner__stall").get(pk=message_id)
    stall_order = message.stall_order
    if message.author_id is not None or told_lately(stall_order, side="stall", now=timezone.now()):
        return
    stall = stall_order.partner.stall
    with translation.override(settings.LANGUAGE_CODE):
        path = reverse("panel:messages", args=[stall_order.number])
        text = _("The buyer of order %(number)s has written to %(stall)s. %(url)s") % {
            "number": stall_order.number,
            "stall": stall.name,
            "url": f"{settings.STOREFRONT_URL}{path}",
        }
        _tell_members(stall, key=f"message:{stall_order.pk}:stall:{message_id}", text=text)


@app.periodic(cron="*/15 * * * *")
@app.task(queue=MARKET, queueing_lock="remind_stalls")
def remind_stalls(timestamp: int) -> None:
    reminders.remind_stalls(now=timezone.now())
