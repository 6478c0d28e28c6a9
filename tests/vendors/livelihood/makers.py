"""Named makers of the confidential half's rows, and of the public ones they are linked to."""

from datetime import UTC, date, datetime
from itertools import count
from uuid import uuid4

from oscar.apps.catalogue.models import Product

from shop.ledger.accounts import stall_delivered, stall_pending
from shop.ledger.models import Posting
from shop.ledger.services import Leg, post
from shop.money import Rial
from tests import makers
from vendors.livelihood.bridge import link_stall
from vendors.livelihood.income.models import LivelihoodLine
from vendors.livelihood.loans.models import Bank, Loan
from vendors.livelihood.people.models import District, Household, Person
from vendors.livelihood.plans.models import (
    EmploymentPlan,
    JobOpportunity,
    Placement,
    PlanType,
    Training,
    TrainingAttendance,
)
from vendors.livelihood.plans.services import register_plan_types, start_plan
from vendors.livelihood.staff.models import Officer
from vendors.stalls.models import Stall

TODAY = date(2026, 11, 25)  # 4 Azar 1405
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
numbers = count(1)


def a_district(name: str = "اسلامشهر") -> District:
    return District.objects.get_or_create(name=name, defaults={"province": "تهران"})[0]


def a_person(district: District | None = None, *, size: int = 4, name: str = "گل‌نساء") -> Person:
    household = Household.objects.create(
        district=district or a_district(), code=f"P-{next(numbers)}", size=size
    )
    return Person.objects.create(household=household, name=name)


def plan_types() -> dict[str, PlanType]:
    return register_plan_types(valid_from=date(2020, 3, 20))


def a_plan(
    district: District | None = None,
    *,
    code: str = "hedayat",
    size: int = 4,
    title: str = "گلیم‌بافی خانگی",
    case_worker: Officer | None = None,
) -> EmploymentPlan:
    return start_plan(
        person=a_person(district, size=size),
        plan_type=plan_types()[code],
        title=title,
        started_on=date(2025, 1, 1),
        case_worker=case_worker,
    )


def a_stall(
    name: str = "تار و پود", *, opened_on: date = date(2026, 4, 1), products: int = 1
) -> Stall:
    stall = makers.a_stall(name, opened_on=opened_on)
    for _ in range(products):
        a_product_of(stall)
    return stall


def a_product_of(stall: Stall, *, is_public: bool = True) -> Product:
    return makers.a_product(stall, "گلیم", is_public=is_public)


def a_linked_stall(
    plan: EmploymentPlan | None = None,
    name: str = "تار و پود",
    *,
    valid_from: date = date(2026, 3, 21),
) -> tuple[Stall, EmploymentPlan]:
    stall, plan = a_stall(name), plan or a_plan()
    link_stall(stall_id=stall.public_id, plan=plan, valid_from=valid_from)
    return stall, plan


def delivered(
    stall: Stall,
    *,
    goods: int,
    commission: int = 0,
    shipping: int = 0,
    on: datetime = NOW,
) -> None:
    """A delivered parcel as the ledger books it: the stall's share moves from pending to delivered."""
    pieces = (
        (goods, Posting.Kind.GOODS),
        (-commission, Posting.Kind.COMMISSION),
        (shipping, Posting.Kind.SHIPPING),
    )
    legs = [
        Leg(account, Rial(amount), kind, partner_id=stall.partner_id)
        for piece, kind in pieces
        for account, amount in (
            (stall_pending(stall.partner_id), piece),
            (stall_delivered(stall.partner_id), -piece),
        )
    ]
    entry = post(
        event_type="stall_order.delivered", event_id=str(uuid4()), occurred_at=on, legs=legs
    )
    assert entry is not None


def a_job(on: date, *, plan: EmploymentPlan | None = None, code: str = "hedayat") -> JobOpportunity:
    plan = plan or a_plan(code=code)
    return JobOpportunity.objects.create(
        plan=plan, person=plan.person, district=plan.district, claimed_on=on
    )


def a_loan(principal: int, on: date, *, plan: EmploymentPlan | None = None, n: int = 36) -> Loan:
    plan = plan or a_plan()
    bank, _ = Bank.objects.get_or_create(name="بانک نمونه")
    return Loan.objects.create(
        plan=plan,
        district=plan.district,
        bank=bank,
        principal=Rial(principal),
        disbursed_on=on,
        n_instalments=n,
    )


def a_placement(on: date, *, person: Person | None = None) -> Placement:
    person = person or a_person()
    return Placement.objects.create(
        person=person, district=person.household.district, employer="کارگاه", started_on=on
    )


def a_training(*people: Person, completed_on: date | None) -> Training:
    training = Training.objects.create(
        district=a_district(), title="عکاسی کالا", starts_on=TODAY, ends_on=TODAY, hours=4
    )
    for person in people:
        TrainingAttendance.objects.create(
            training=training, person=person, completed_on=completed_on
        )
    return training


def a_line(toman: int, *, size: int = 4, valid_from: date = date(2020, 3, 20)) -> LivelihoodLine:
    return LivelihoodLine.objects.create(
        household_size=size,
        per_month=Rial(toman * 10),
        valid_from=valid_from,
        reference="نمونه",
    )
