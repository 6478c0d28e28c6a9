"""Plans and what comes of them, written down."""

import json
from datetime import date
from pathlib import Path

from vendors.livelihood.people.models import Person
from vendors.livelihood.plans.models import EmploymentPlan, PlanType
from vendors.livelihood.staff.models import Officer

PLAN_TYPES = Path(__file__).with_name("plan_types.json")


def register_plan_types(*, valid_from: date) -> dict[str, PlanType]:
    """The kinds of plan that hold from this day on, by code; those that stand already stay as they are."""
    for position, row in enumerate(json.loads(PLAN_TYPES.read_text(encoding="utf-8")), start=1):
        PlanType.objects.get_or_create(
            code=row["code"],
            valid_to=None,
            defaults={"label": row["label"], "position": position, "valid_from": valid_from},
        )
    return {kind.code: kind for kind in PlanType.objects.filter(valid_to=None)}


def start_plan(
    *,
    person: Person,
    plan_type: PlanType,
    title: str,
    started_on: date,
    case_worker: Officer | None = None,
    is_invented: bool = False,
) -> EmploymentPlan:
    """A person's plan in the district of their household."""
    return EmploymentPlan.objects.create(
        person=person,
        district_id=person.household.district_id,
        plan_type=plan_type,
        title=title,
        started_on=started_on,
        case_worker=case_worker,
        is_invented=is_invented,
    )
