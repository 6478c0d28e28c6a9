"""What is said of goods: stars, reviews and answered questions as the pages show them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import get_language
from oscar.apps.order.models import Line

from shop.orders.models import StallOrder
from shop.templatetags.bazarche import digits, number
from vendors.stalls.models import Listing, Question, Review, Stall

# From how many reviews on an average says something.
FEWEST_OF_PRODUCT, FEWEST_OF_STALL = 3, 5
ON_PRODUCT_PAGE = 10


@dataclass(frozen=True)
class Score:
    """The stars of so many reviews together."""

    n: int
    stars: int

    @property
    def tenths(self) -> int:
        """Ten times the average, rounded half up."""
        return (self.stars * 20 + self.n) // (2 * self.n)

    @property
    def text(self) -> str:
        """The average with one decimal, in the digits of the language."""
        whole, tenth = divmod(self.tenths, 10)
        point = "\u066b" if get_language() == "fa" else "."
        return f"{number(whole)}{point}{digits(tenth)}"


@dataclass(frozen=True)
class Said:
    """What a product's page shows of it: the score when there are reviews enough, and the newest of each."""

    score: Score | None
    n_reviews: int
    reviews: tuple[Review, ...]
    n_questions: int
    questions: tuple[Question, ...]

    @property
    def has_more_reviews(self) -> bool:
        return self.n_reviews > len(self.reviews)

    @property
    def has_more_questions(self) -> bool:
        return self.n_questions > len(self.questions)


def said_of(listing: Listing) -> Said:
    """Four statements; two when nothing was said."""
    counts = (
        Review.objects.filter(listing=listing).shown().aggregate(n=Count("pk"), sum=Sum("stars"))
    )
    reviews = reviews_of(listing)[:ON_PRODUCT_PAGE] if counts["n"] else ()
    questions = questions_of(listing)
    shown = tuple(questions[: ON_PRODUCT_PAGE + 1])
    n_questions = questions.count() if len(shown) > ON_PRODUCT_PAGE else len(shown)
    return Said(
        score=_score(counts["n"], counts["sum"], fewest=FEWEST_OF_PRODUCT),
        n_reviews=counts["n"],
        reviews=tuple(reviews),
        n_questions=n_questions,
        questions=shown[:ON_PRODUCT_PAGE],
    )


def reviews_of(listing: Listing) -> QuerySet[Review]:
    """The reviews on the page of these goods, the newest first, with their photos."""
    return Review.objects.filter(listing=listing).shown().prefetch_related("photos")


def questions_of(listing: Listing) -> QuerySet[Question]:
    """The answered questions on the page of these goods, the newest first."""
    return Question.objects.filter(listing=listing).shown()


def score_of_stall(stall: Stall) -> Score | None:
    """The stars of all its goods; None below five reviews. One statement."""
    counts = (
        Review.objects.filter(listing__stall=stall)
        .shown()
        .aggregate(n=Count("pk"), sum=Sum("stars"))
    )
    return _score(counts["n"], counts["sum"], fewest=FEWEST_OF_STALL)


def _score(n: int, stars: int | None, *, fewest: int) -> Score | None:
    return Score(n, stars or 0) if n >= fewest else None


@dataclass(frozen=True)
class BoughtLine:
    """A line of an order by its signed link: what was bought, in which parcel, and what was said of it."""

    line: Any
    stall_order: StallOrder
    listing: Listing
    review: Review | None


def bought_line(*, order_number: str, line_id: int) -> BoughtLine | None:
    """None when the order has no such line, or its goods are no more. Three statements."""
    line = (
        Line.objects.select_related("order__shipping_address", "product", "review")
        .filter(pk=line_id, order__number=order_number, product__isnull=False)
        .first()
    )
    if line is None:
        return None
    shelf_id = line.product.parent_id or line.product_id
    listing = Listing.objects.select_related("product", "stall").filter(product=shelf_id).first()
    stall_order = StallOrder.objects.filter(order=line.order_id, partner=line.partner_id).first()
    if listing is None or stall_order is None:
        return None
    stall_order.order = line.order
    return BoughtLine(
        line=line,
        stall_order=stall_order,
        listing=listing,
        review=getattr(line, "review", None),
    )
