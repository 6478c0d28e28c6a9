"""The confidential half of the demo, written in one transaction: the rows that the report counts."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from demo import files
from demo.days import Calendar, spread
from demo.loans import write_loans, write_schedules
from shop.accounts.models import User
from shop.money import RIALS_IN_TOMAN, Rial
from vendors.livelihood.bridge import StallPlanLink, link_stall
from vendors.livelihood.income.models import LivelihoodLine
from vendors.livelihood.loans.models import Bank
from vendors.livelihood.people.models import District, Household, Person
from vendors.livelihood.plans.models import (
    EmploymentPlan,
    JobOpportunity,
    Placement,
    PlanType,
    Training,
    TrainingAttendance,
)
from vendors.livelihood.plans.services import register_plan_types
from vendors.livelihood.record import recorded_change
from vendors.livelihood.staff.models import Officer
from vendors.stalls.models import Stall

KINDS_OF_JOB = {
    "hedayat": JobOpportunity.Kind.SELF,
    "rahbari": JobOpportunity.Kind.SELF,
    "karyabi": JobOpportunity.Kind.WAGE,
    "azadkari": JobOpportunity.Kind.FREELANCE,
}


@dataclass(frozen=True, kw_only=True)
class Office:
    """What every record hangs on."""

    records: Mapping[str, Any]
    district: District
    plan_types: Mapping[str, PlanType]
    case_worker: Officer
    calendar: Calendar
    chance: random.Random


def load_livelihood(*, today: date) -> bool:
    """Write the confidential demo; False, and nothing is touched, when the stalls are linked already."""
    keys = [row["key"] for row in files.read("stalls")["stalls"]]
    stalls = {stall.slug: stall for stall in Stall.objects.filter(slug__in=keys)}
    public_ids = [stall.public_id for stall in stalls.values()]
    if StallPlanLink.objects.filter(stall_id__in=public_ids).exists():
        return False
    with recorded_change(by="load_demo", reason="the demo's records"):
        office = _open_office(files.read("livelihood"), Calendar(today))
        last_year = _write_last_year(office, [stalls[key] for key in keys])
        this_year = _write_this_year(office)
        _write_lines(office)
        _write_placements(office, this_year)
        _write_trainings(office, [*this_year, *last_year])
    return True


def _open_office(records: Mapping[str, Any], calendar: Calendar) -> Office:
    """The district with its officers, banks and kinds of plan."""
    district, _is_new = District.objects.get_or_create(
        name=records["district"]["name"], defaults={"province": records["district"]["province"]}
    )
    users = dict(User.objects.values_list("phone", "pk"))
    officers = {
        row["role"]: Officer.objects.get_or_create(
            user_id=users[row["phone"]],
            defaults={"district": district, "role": row["role"], "is_invented": True},
        )[0]
        for row in records["officers"]
    }
    Bank.objects.bulk_create(Bank(name=name, is_invented=True) for name in records["banks"])
    return Office(
        records=records,
        district=district,
        plan_types=register_plan_types(valid_from=calendar.last_year[0]),
        case_worker=officers[Officer.Role.CASE_WORKER],
        calendar=calendar,
        chance=random.Random("livelihood"),  # noqa: S311 - the same demo every time, and no secret
    )


def _write_last_year(office: Office, stalls: Sequence[Stall]) -> list[EmploymentPlan]:
    """The jobs of last year with the loans behind them. The stalls' plans are the first among them."""
    wanted = office.records["last_year"]
    with_stall = office.records["plans_with_stall"]
    kinds = [with_stall[stall.slug]["type"] for stall in stalls]
    for code, count in wanted["jobs"].items():
        kinds += [code] * (count - kinds.count(code))
    # Mixed, so that no kind of plan fills a season; the stalls' plans stay in front.
    rest = kinds[len(stalls) :]
    office.chance.shuffle(rest)
    kinds[len(stalls) :] = rest
    people = _write_people(
        office,
        names=[stall.keeper_name for stall in stalls],
        sizes=[with_stall[stall.slug]["household_size"] for stall in stalls],
        count=len(kinds),
        file_numbers="a",
    )
    titles = [with_stall[stall.slug]["title"] for stall in stalls]
    plans = _write_plans(office, people, kinds, titles, office.calendar.last_year)
    for stall, plan in zip(stalls, plans, strict=False):
        opened_on = stall.opened_on or office.calendar.today
        link_stall(stall_id=stall.public_id, plan=plan, valid_from=opened_on, is_invented=True)
    _write_jobs(office, plans)
    of_stalls, others = plans[: len(stalls)], plans[len(stalls) :]
    loans = write_loans(
        [*of_stalls, *office.chance.sample(others, wanted["loans"] - len(stalls))],
        toman=wanted["loans_toman"],
        no_later_than=office.calendar.last_year[1],
        chance=office.chance,
    )
    write_schedules(loans[: len(stalls)], today=office.calendar.today, chance=office.chance)
    return plans


def _write_this_year(office: Office) -> list[EmploymentPlan]:
    """The plans begun this year, with a loan each."""
    wanted = office.records["this_year"]
    kinds = [office.chance.choice(sorted(office.plan_types)) for _ in range(wanted["loans"])]
    people = _write_people(office, names=[], sizes=[], count=len(kinds), file_numbers="b")
    plans = _write_plans(office, people, kinds, [], office.calendar.this_year)
    write_loans(
        plans,
        toman=wanted["loans_toman"],
        no_later_than=office.calendar.today,
        chance=office.chance,
    )
    return plans


def _write_people(
    office: Office,
    *,
    names: Sequence[str],
    sizes: Sequence[int],
    count: int,
    file_numbers: str,
) -> list[Person]:
    """`count` people of as many households; the first ones have these names and sizes."""
    records, chance = office.records, office.chance
    sizes = [*sizes, *(chance.randint(1, 6) for _ in range(count - len(sizes)))]
    households = Household.objects.bulk_create(
        Household(
            district=office.district,
            code=f"demo-{file_numbers}{number:03d}",
            size=size,
            is_invented=True,
        )
        for number, size in enumerate(sizes, start=1)
    )
    others = [
        f"{chance.choice(records['first_names'])} {chance.choice(records['last_names'])}"
        for _ in range(count - len(names))
    ]
    return Person.objects.bulk_create(
        Person(household=household, name=name, is_invented=True)
        for household, name in zip(households, [*names, *others], strict=True)
    )


def _write_plans(
    office: Office,
    people: Sequence[Person],
    kinds: Sequence[str],
    titles: Sequence[str],
    between: tuple[date, date],
) -> list[EmploymentPlan]:
    """A plan a person, begun one after the other; every second one with a stall is the case worker's."""
    occupations = office.records["occupations"]
    named = [
        *titles,
        *(office.chance.choice(occupations) for _ in range(len(people) - len(titles))),
    ]
    return EmploymentPlan.objects.bulk_create(
        EmploymentPlan(
            person=person,
            district=office.district,
            plan_type=office.plan_types[kind],
            title=title,
            case_worker=office.case_worker if place % 2 == 0 else None,
            started_on=started_on,
            is_invented=True,
        )
        for place, (person, kind, title, started_on) in enumerate(
            zip(people, kinds, named, spread(len(people), between), strict=True)
        )
    )


def _write_jobs(office: Office, plans: Sequence[EmploymentPlan]) -> None:
    """A job a plan, claimed the day it began. Most were verified since; a few have ended."""
    today, chance = office.calendar.today, office.chance
    jobs = []
    for plan in plans:
        verified_on = plan.started_on + timedelta(days=chance.randint(30, 120))
        ended_on = plan.started_on + timedelta(days=chance.randint(100, 300))
        is_verified = verified_on <= today and chance.randint(1, 10) <= 8
        has_ended = ended_on <= today and chance.randint(1, 10) == 1
        jobs.append(
            JobOpportunity(
                plan=plan,
                person=plan.person,
                district=office.district,
                kind=KINDS_OF_JOB[plan.plan_type.code],
                claimed_on=plan.started_on,
                verified_on=verified_on if is_verified else None,
                ended_on=ended_on if has_ended else None,
                is_invented=True,
            )
        )
    JobOpportunity.objects.bulk_create(jobs)


def _write_lines(office: Office) -> None:
    """The livelihood line of each household size, for both years. Approved figures are not ours to guess."""
    lines = office.records["livelihood_lines"]
    LivelihoodLine.objects.bulk_create(
        LivelihoodLine(
            household_size=int(size),
            per_month=Rial(toman * RIALS_IN_TOMAN),
            valid_from=office.calendar.last_year[0],
            reference=lines["reference"],
            is_invented=True,
        )
        for size, toman in lines["toman_per_month_by_size"].items()
    )


def _write_placements(office: Office, plans: Sequence[EmploymentPlan]) -> None:
    employers, count = office.records["employers"], office.records["this_year"]["placements"]
    days = spread(count, office.calendar.this_year)
    Placement.objects.bulk_create(
        Placement(
            person=plan.person,
            district=office.district,
            employer=employers[place % len(employers)],
            started_on=day,
            is_invented=True,
        )
        for place, (plan, day) in enumerate(zip(plans[-count:], days, strict=True))
    )


def _write_trainings(office: Office, plans: Sequence[EmploymentPlan]) -> None:
    """This year's trainings. Some people completed two and count once; a few did not complete any."""
    wanted = office.records["this_year"]
    people = [plan.person for plan in plans]
    completers, others = people[: wanted["people_trained"]], people[wanted["people_trained"] :]
    days = spread(len(wanted["trainings"]) + 1, office.calendar.this_year)
    taken = 0
    for row, starts_on, ends_on in zip(wanted["trainings"], days, days[1:], strict=False):
        training = Training.objects.create(
            district=office.district,
            title=row["title"],
            hours=row["hours"],
            starts_on=starts_on,
            ends_on=min(starts_on + timedelta(days=row["hours"] // 4), ends_on),
            is_invented=True,
        )
        # Once round the circle of completers and a little on: the last training meets the first ones again.
        circle = [completers[(taken + n) % len(completers)] for n in range(row["completed"])]
        taken += row["completed"]
        TrainingAttendance.objects.bulk_create(
            [
                *(
                    TrainingAttendance(
                        training=training,
                        person=person,
                        completed_on=training.ends_on,
                        is_invented=True,
                    )
                    for person in circle
                ),
                *(
                    TrainingAttendance(training=training, person=person, is_invented=True)
                    for person in others[: wanted["not_completed"]]
                ),
            ]
        )
