"""Index of the confidential tables; each stands in the folder of its topic."""

from vendors.livelihood.bridge import StallPlanLink
from vendors.livelihood.income.models import (
    IncomeCursor,
    IncomeEntry,
    LivelihoodLine,
    MonthlyIncome,
)
from vendors.livelihood.loans.models import Bank, Instalment, Loan
from vendors.livelihood.people.models import District, Household, Person
from vendors.livelihood.plans.models import (
    EmploymentPlan,
    JobOpportunity,
    Placement,
    PlanType,
    Training,
    TrainingAttendance,
)
from vendors.livelihood.staff.models import AccessLog, Officer

__all__ = [
    "AccessLog",
    "Bank",
    "District",
    "EmploymentPlan",
    "Household",
    "IncomeCursor",
    "IncomeEntry",
    "Instalment",
    "JobOpportunity",
    "LivelihoodLine",
    "Loan",
    "MonthlyIncome",
    "Officer",
    "Person",
    "Placement",
    "PlanType",
    "StallPlanLink",
    "Training",
    "TrainingAttendance",
]
