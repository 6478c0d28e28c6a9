"""The rows behind the report: mid-year, five days into a year, and on the first day of one."""

from pathlib import Path

import pytest
from django.db.models import Max, Sum
from oscar.apps.catalogue.models import Product

from shop.jalali import jalali_year, tehran_date, year_start
from shop.ledger.models import Transaction
from shop.orders.models import StallOrder
from tests.demo.conftest import FIFTH_DAY, FIRST_DAY, MID_YEAR
from vendors.livelihood.bridge import StallPlanLink
from vendors.livelihood.loans.models import Instalment, Loan
from vendors.livelihood.people.models import District
from vendors.livelihood.plans.models import (
    EmploymentPlan,
    JobOpportunity,
    Placement,
    PlanType,
    Training,
    TrainingAttendance,
)
from vendors.livelihood.reports.services import district_paragraphs
from vendors.stalls.models import Stall

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.parametrize("demo_on", [MID_YEAR, FIFTH_DAY, FIRST_DAY], indirect=True),
]

TOMAN = 10
REPORT = Path(__file__).parent.parent / "vendors" / "livelihood" / "district_report.txt"


def test_the_rows_make_the_figures_of_the_report(demo_on):
    this_year = jalali_year(demo_on)
    ly = (year_start(this_year - 1), year_start(this_year))
    ty = (year_start(this_year), demo_on)
    jobs = JobOpportunity.objects.filter(claimed_on__gte=ly[0], claimed_on__lt=ly[1])
    assert jobs.count() == 453
    assert jobs.values("person").distinct().count() == 453
    assert {job.plan.plan_type.code for job in jobs.select_related("plan__plan_type")} == {
        kind.code for kind in PlanType.objects.all()
    }
    loans = Loan.objects.filter(disbursed_on__gte=ly[0], disbursed_on__lt=ly[1])
    assert loans.aggregate(total=Sum("principal"))["total"] == 53_600_000_000 * TOMAN
    loans = Loan.objects.filter(disbursed_on__range=ty)
    assert loans.count() == 77
    assert loans.aggregate(total=Sum("principal"))["total"] == 9_000_000_000 * TOMAN
    assert Placement.objects.filter(started_on__range=ty).count() == 8
    trained = TrainingAttendance.objects.filter(completed_on__range=ty)
    assert trained.values("person").distinct().count() == 52
    assert trained.count() == 58  # some completed two
    assert TrainingAttendance.objects.filter(completed_on=None).count() == 9
    assert (
        Stall.objects.filter(opened_on__range=ty, listings__product__is_public=True)
        .distinct()
        .count()
        == 16
    )
    assert StallPlanLink.objects.filter(valid_from__range=ty).count() == 16
    assert not Loan.objects.filter(is_invented=False).exists()
    assert not JobOpportunity.objects.filter(is_invented=False).exists()


def test_nothing_happens_after_the_day_of_loading(demo_on):
    last_days = [
        Stall.objects.aggregate(day=Max("opened_on"))["day"],
        EmploymentPlan.objects.aggregate(day=Max("started_on"))["day"],
        JobOpportunity.objects.aggregate(day=Max("claimed_on"))["day"],
        JobOpportunity.objects.aggregate(day=Max("verified_on"))["day"],
        JobOpportunity.objects.aggregate(day=Max("ended_on"))["day"],
        Loan.objects.aggregate(day=Max("disbursed_on"))["day"],
        Instalment.objects.aggregate(day=Max("paid_on"))["day"],
        Placement.objects.aggregate(day=Max("started_on"))["day"],
        Training.objects.aggregate(day=Max("ends_on"))["day"],
        *(
            tehran_date(moment)
            for moment in (
                Product.objects.exclude(structure=Product.CHILD).aggregate(at=Max("date_created"))[
                    "at"
                ],
                Transaction.objects.aggregate(at=Max("occurred_at"))["at"],
                StallOrder.objects.aggregate(at=Max("delivered_at"))["at"],
            )
            if moment is not None
        ),
    ]
    assert max(day for day in last_days if day is not None) <= demo_on


def test_the_report_reads_as_it_was_published(demo_on):
    district = District.objects.get(name="اسلامشهر")
    paragraphs = district_paragraphs(district=district, as_of=demo_on)

    published = REPORT.read_text(encoding="utf-8").strip()
    assert "\n\n".join(paragraphs).replace("\u200c", "") == published.replace("\u200c", "")
