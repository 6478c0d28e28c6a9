"""The district's figures, counted from rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from shop.jalali import jalali_year, year_end, year_start
from shop.money import Rial
from vendors.livelihood.bridge import StallPlanLink
from vendors.livelihood.loans.models import Loan
from vendors.livelihood.people.models import District
from vendors.livelihood.plans.models import JobOpportunity, Placement, PlanType, TrainingAttendance
from vendors.stalls.models import Stall


@dataclass(frozen=True)
class Period:
    """From `start` to `end`, both included."""

    start: date
    end: date

    @property
    def days(self) -> tuple[date, date]:
        return self.start, self.end


@dataclass(frozen=True)
class Figures:
    """What came of a district's work in a period. Amounts are single loans' principals, in rial."""

    period: Period
    n_jobs: int
    job_types: list[str]
    loans: list[Rial]
    n_placements: int
    n_trained: int
    n_stalls: int

    @property
    def n_loans(self) -> int:
        return len(self.loans)

    @property
    def lent(self) -> Rial:
        return sum(self.loans, Rial(0))


def last_year(*, as_of: date) -> Period:
    """The whole Jalali year before this day's."""
    year = jalali_year(as_of) - 1
    return Period(year_start(year), year_end(year))


def this_year(*, as_of: date) -> Period:
    """The Jalali year of this day, up to it."""
    return Period(year_start(jalali_year(as_of)), as_of)


def last_year_to_date(*, as_of: date) -> Period:
    """Last Jalali year up to the same day of the year: what this year so far may be compared with."""
    year = jalali_year(as_of)
    same_day = year_start(year - 1) + (as_of - year_start(year))
    return Period(year_start(year - 1), min(same_day, year_end(year - 1)))


def district_figures(*, district: District, period: Period) -> Figures:
    """Everything the report counts in a period; zeros and empty lists where nothing happened."""
    jobs = JobOpportunity.objects.filter(district=district, claimed_on__range=period.days)
    return Figures(
        period=period,
        n_jobs=jobs.count(),
        job_types=list(
            PlanType.objects.filter(plans__jobs__in=jobs)
            .order_by("position")
            .values_list("label", flat=True)
            .distinct()
        ),
        loans=list(
            Loan.objects.filter(district=district, disbursed_on__range=period.days).values_list(
                "principal", flat=True
            )
        ),
        n_placements=Placement.objects.filter(
            district=district, started_on__range=period.days
        ).count(),
        n_trained=TrainingAttendance.objects.filter(
            training__district=district, completed_on__range=period.days
        )
        .values("person")
        .distinct()
        .count(),
        n_stalls=_opened_stalls(_linked_stalls(district, on=period.end), period),
    )


def _linked_stalls(district: District, *, on: date) -> Collection[UUID]:
    """Keys of the stalls that were plans of the district on a day."""
    return set(
        StallPlanLink.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
            plan__district=district,
            valid_from__lte=on,
        ).values_list("stall_id", flat=True)
    )


def _opened_stalls(stall_ids: Collection[UUID], period: Period) -> int:
    """How many of these opened in the period and show at least one product; asked of the public half."""
    return (
        Stall.objects.filter(
            public_id__in=stall_ids,
            opened_on__range=period.days,
            listings__product__is_public=True,
        )
        .distinct()
        .count()
    )
