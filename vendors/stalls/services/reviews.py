"""Reviews: the buyer of a line writes one, staff look at it, the stall answers once.

The answer is public at once; staff may take it off alone, and the stall may then write another.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import F

from shop.jobs import publish
from shop.orders.masking import mask
from shop.orders.models import StallOrder
from vendors.stalls.errors import (
    AnsweredAlready,
    DecidedMeanwhile,
    NoReasonGiven,
    NotArrivedYet,
    OwnGoods,
    ReviewStands,
    TooManyPhotos,
)
from vendors.stalls.events import AnswerTakenOff, ReviewShown
from vendors.stalls.models import Listing, Review, ReviewPhoto, Shown, StallMember
from vendors.stalls.photos import store_photo

log = logging.getLogger(__name__)
MOST_PHOTOS = 4


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a buyer says: stars from 1 to 5, cleaned text, a name as wished; `without` are photos taken out again."""

    stars: int
    text: str
    name: str
    photos: "Sequence[File[bytes]]" = ()
    without: frozenset[int] = frozenset()


def refuse_review(*, stall_order: StallOrder, listing: Listing) -> None:
    """Raises NotArrivedYet before the parcel is with its buyer, OwnGoods for somebody of the stall itself."""
    if stall_order.state not in StallOrder.ARRIVED:
        raise NotArrivedYet
    phone = str(stall_order.order.shipping_address.phone_number)
    members = StallMember.objects.filter(stall_id=listing.stall_id)
    buyer_id = stall_order.order.user_id
    if members.filter(user__phone=phone).exists() or (
        buyer_id and members.filter(user_id=buyer_id).exists()
    ):
        raise OwnGoods


def write_review(
    *, line: Any, stall_order: StallOrder, listing: Listing, words: Words, now: datetime
) -> Review:
    """Write the review of an order line, or change it while it is not on the page; one a line, whoever presses twice.

    Raises NotArrivedYet, OwnGoods, ReviewStands, PhotoRefused, TooManyPhotos.
    """
    refuse_review(stall_order=stall_order, listing=listing)
    keys = list(dict.fromkeys(store_photo(upload=photo) for photo in words.photos))
    with transaction.atomic():
        review, is_new = Review.objects.get_or_create(
            order_line=line,
            defaults={
                "listing": listing,
                "stars": words.stars,
                "text": words.text,
                "name": words.name,
                "created_at": now,
            },
        )
        if not is_new and not _is_said(review, words, keys):
            # What the stall answered was an answer to the words before.
            changed = (
                Review.objects.filter(pk=review.pk)
                .exclude(state=Shown.SHOWN)
                .update(
                    stars=words.stars,
                    text=words.text,
                    name=words.name,
                    state=Shown.WAITING,
                    reason="",
                    answer="",
                    answered_at=None,
                    version=F("version") + 1,
                )
            )
            if changed != 1:
                raise ReviewStands
            review.refresh_from_db()
        _keep_photos(review, keys, words.without)
    log.info("review.written review=%s", review.pk)
    return review


def _is_said(review: Review, words: Words, keys: Sequence[str]) -> bool:
    """Whether these words and photos wait to be read already: the form was sent twice."""
    said = (review.stars, review.text, review.name)
    photos = dict(review.photos.values_list("pk", "key"))
    return (
        review.state == Shown.WAITING
        and said == (words.stars, words.text, words.name)
        and set(keys) <= set(photos.values())
        and words.without.isdisjoint(photos)
    )


def _keep_photos(review: Review, keys: Sequence[str], without: frozenset[int]) -> None:
    review.photos.filter(pk__in=without).delete()
    kept = list(review.photos.all())
    new = [key for key in keys if key not in {photo.key for photo in kept}]
    if len(kept) + len(new) > MOST_PHOTOS:
        raise TooManyPhotos(MOST_PHOTOS)
    after = max((photo.position for photo in kept), default=-1) + 1
    ReviewPhoto.objects.bulk_create(
        ReviewPhoto(review=review, key=key, position=after + place) for place, key in enumerate(new)
    )


def show_review(*, review: Review, seen: int, by_user_id: int, now: datetime) -> None:
    """Put the words that were seen on the page. Raises DecidedMeanwhile when they are others, or stand there."""
    with transaction.atomic():
        moved = (
            Review.objects.filter(pk=review.pk, version=seen)
            .exclude(state=Shown.SHOWN)
            .update(state=Shown.SHOWN, reason="", decided_by_id=by_user_id, decided_at=now)
        )
        if moved != 1:
            raise DecidedMeanwhile
        publish(ReviewShown(review.pk))
    log.info("review.shown review=%s", review.pk)


def refuse_to_show_review(
    *, review: Review, seen: int, reason: str, by_user_id: int, now: datetime
) -> None:
    """Keep a review off the page, or take it off. Raises NoReasonGiven, DecidedMeanwhile."""
    if not reason:
        raise NoReasonGiven
    moved = (
        Review.objects.filter(pk=review.pk, version=seen)
        .exclude(state=Shown.REFUSED)
        .update(state=Shown.REFUSED, reason=reason, decided_by_id=by_user_id, decided_at=now)
    )
    if moved != 1:
        raise DecidedMeanwhile
    log.info("review.refused review=%s", review.pk)


def answer_review(*, review: Review, answer: str, now: datetime) -> None:
    """The stall's one reply to a review that is on the page, with numbers in it hidden; the same words again are one.

    Raises AnsweredAlready.
    """
    text = mask(answer).text
    moved = Review.objects.filter(pk=review.pk, state=Shown.SHOWN, answer="").update(
        answer=text, answered_at=now, answer_reason="", version=F("version") + 1
    )
    if moved == 1:
        log.info("review.answered review=%s", review.pk)
    elif not Review.objects.filter(pk=review.pk, state=Shown.SHOWN, answer=text).exists():
        raise AnsweredAlready


def take_answer_off(
    *, review: Review, seen: int, reason: str, by_user_id: int, now: datetime
) -> None:
    """Take the answer that was seen off its review, which stays. The stall is told why and may write another.

    Raises NoReasonGiven, and DecidedMeanwhile when there is another answer by now, or none.
    """
    if not reason:
        raise NoReasonGiven
    with transaction.atomic():
        taken = (
            Review.objects.filter(pk=review.pk, version=seen)
            .exclude(answer="")
            .update(
                answer="",
                answered_at=None,
                answer_reason=reason,
                decided_by_id=by_user_id,
                decided_at=now,
                version=F("version") + 1,
            )
        )
        if taken != 1:
            raise DecidedMeanwhile
        publish(AnswerTakenOff(review.pk, seen))
    log.info("review.answer_taken_off review=%s", review.pk)
