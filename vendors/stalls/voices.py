"""Pages where visitors write: a buyer's review, a question about goods, a report."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.core.paginator import Paginator
from django.core.signing import BadSignature
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop.orders.links import read_order_token
from vendors.stalls.errors import ReviewRefused, StallError
from vendors.stalls.forms import QuestionForm, ReportForm, ReviewForm
from vendors.stalls.models import Listing, Question, Report, Review
from vendors.stalls.queries.listings import shown_listings
from vendors.stalls.queries.reviews import (
    BoughtLine,
    bought_line,
    questions_of,
    reviews_of,
)
from vendors.stalls.services.questions import ask_question
from vendors.stalls.services.reports import report
from vendors.stalls.services.reviews import refuse_review, write_review

ON_ONE_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def write(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """The buyer of this line, known by the order's signed link, says how it is."""
    bought = _bought_or_404(token, line_id)
    context = {"bought": bought, "token": token}
    try:
        refuse_review(stall_order=bought.stall_order, listing=bought.listing)
    except ReviewRefused as refused:
        return render(request, "stalls/review_refused.html", {**context, "refused": refused})
    form = ReviewForm(request.POST or None, request.FILES or None, review=bought.review)
    if form.is_valid() and _is_written(bought, form):
        messages.success(request, _("Thank you. We read it, and then it stands with the goods."))
        return redirect("order", token)
    return render(request, "stalls/review.html", {**context, "form": form})


def _is_written(bought: BoughtLine, form: ReviewForm) -> bool:
    try:
        write_review(
            line=bought.line,
            stall_order=bought.stall_order,
            listing=bought.listing,
            words=form.words(),
            now=timezone.now(),
        )
    except StallError as error:
        form.add_error(None if isinstance(error, ReviewRefused) else "photos", str(error))
        return False
    return True


def _bought_or_404(token: str, line_id: int) -> BoughtLine:
    try:
        bought = bought_line(order_number=read_order_token(token), line_id=line_id)
    except BadSignature:
        bought = None
    if bought is None:
        raise Http404
    return bought


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    listing = _listing_or_404(slug)
    form = QuestionForm(request.POST or None)
    if form.is_valid():
        is_new = not Question.objects.filter(form_id=form.cleaned_data["form_id"]).exists()
        if is_new and (why_not := _too_many(request, form.cleaned_data["phone"])):
            form.add_error(None, why_not)
        else:
            ask_question(listing=listing, **form.cleaned_data, now=timezone.now())
            messages.success(
                request, _("Asked. When the stall has answered, a message comes to your number.")
            )
            return redirect("product", slug)
    context = {"listing": listing, "form": form}
    return render(request, "stalls/ask.html", context, status=_status_of(form))


def _too_many(request: HttpRequest, phone: str) -> str:
    """A few a day from one number; many from one address, which a carrier's customers share. Empty: one may ask."""
    if not consume(request, action="ask_of_phone", key=phone):
        return _("You have asked much today. Please send this again tomorrow.")
    if not consume(request, action="ask"):
        return _("Many questions come at once. Please send this again in an hour.")
    return ""


def _status_of(form: Form) -> int:
    """What was typed comes back; a program learns that it came too often."""
    return HTTPStatus.TOO_MANY_REQUESTS if form.non_field_errors() else HTTPStatus.OK


@require_safe
def reviews(request: HttpRequest, slug: str) -> HttpResponse:
    return _all(request, "stalls/reviews.html", slug, reviews_of)


@require_safe
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    return _all(request, "stalls/questions.html", slug, questions_of)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report_product(request: HttpRequest, slug: str) -> HttpResponse:
    listing = _listing_or_404(slug)
    return _report(request, listing, listing)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report_review(request: HttpRequest, slug: str, review_id: int) -> HttpResponse:
    listing = _listing_or_404(slug)
    return _report(request, listing, get_object_or_404(reviews_of(listing), pk=review_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report_question(request: HttpRequest, slug: str, question_id: int) -> HttpResponse:
    listing = _listing_or_404(slug)
    return _report(request, listing, get_object_or_404(questions_of(listing), pk=question_id))


def _report(
    request: HttpRequest, listing: Listing, about: Review | Question | Listing
) -> HttpResponse:
    has_answer = isinstance(about, Review) and bool(about.answer)
    form = ReportForm(request.POST or None, has_answer=has_answer)
    if form.is_valid():
        is_new = not Report.objects.filter(form_id=form.cleaned_data["form_id"]).exists()
        if is_new and not consume(request, action="report"):
            form.add_error(None, _("Many reports come at once. Please send this again in an hour."))
        else:
            report(about=about, **form.cleaned_data, now=timezone.now())
            messages.success(request, _("Thank you for telling us. We look at it."))
            return redirect("product", listing.product.slug)
    context = {"listing": listing, "about": None if about == listing else about, "form": form}
    return render(request, "stalls/report.html", context, status=_status_of(form))


def _all(
    request: HttpRequest,
    template: str,
    slug: str,
    of: Callable[[Listing], QuerySet[Any]],
) -> HttpResponse:
    """Every word of one kind about these goods, the newest first."""
    listing = _listing_or_404(slug)
    page = Paginator(of(listing), ON_ONE_PAGE).get_page(request.GET.get("page"))
    return render(request, template, {"listing": listing, "page": page})


def _listing_or_404(slug: str) -> Listing:
    """Slugs are not unique in Oscar: the older product keeps the address, as on the product's page."""
    listings = shown_listings().select_related("product", "stall").filter(product__slug=slug)
    listing = listings.order_by("product_id").first()
    if listing is None:
        raise Http404
    return listing
