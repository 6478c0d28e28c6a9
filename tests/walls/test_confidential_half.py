"""The wall: what the storefront's process, role and pages can know of the confidential half. Nothing."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from shop import postgres
from tests.makers import a_category, a_product, a_stall
from tests.vendors.livelihood.makers import (
    TODAY,
    a_job,
    a_line,
    a_loan,
    a_person,
    a_placement,
    a_training,
    plan_types,
)
from tests.walls.crawler import Crawler
from vendors.livelihood.bridge import link_stall
from vendors.livelihood.loans.models import Bank
from vendors.livelihood.plans.models import PlanType
from vendors.livelihood.plans.services import start_plan
from vendors.stalls.models import Stall

pytestmark = pytest.mark.wall
ROOT = Path(__file__).resolve().parents[2]
STATE = Path(settings.STATE_DIR)
on_the_embedded_server = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="roles of another server are its owner's"
)
# Words that may stand on no public page, whoever writes it.
NEVER = ["مددجو", "کمیته امداد", "خط معیشت", "livelihood line", "beneficiar", "case worker"]


def connect(role: str, database: str, password: str | None = None) -> None:
    with psycopg.connect(
        host=str(postgres.socket_dir(STATE)),
        dbname=database,
        user=role,
        password=password or postgres.read_secrets(STATE)[role],
    ) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (role,)


@on_the_embedded_server
@pytest.mark.parametrize("database", [postgres.LIVELIHOOD, f"template_{postgres.LIVELIHOOD}"])
def test_the_storefronts_role_may_not_enter_the_confidential_database(database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not have CONNECT privilege"):
        connect(postgres.STOREFRONT, database)


@on_the_embedded_server
def test_the_same_connection_opens_where_it_may() -> None:
    connect(postgres.STOREFRONT, postgres.MARKET)
    connect(postgres.OFFICE, postgres.LIVELIHOOD)
    connect(postgres.OFFICE, postgres.MARKET)


@on_the_embedded_server
@pytest.mark.parametrize("role", [postgres.OFFICE, postgres.OWNER, "postgres"])
def test_the_storefronts_password_opens_no_other_role(role: str) -> None:
    password = postgres.read_secrets(STATE)[postgres.STOREFRONT]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(role, postgres.LIVELIHOOD, password)


def in_a_process(door: str, code: str) -> str:
    """The last line that this code prints in a process of one door."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=ROOT,
        env={**os.environ, "DOOR": door, "DJANGO_SETTINGS_MODULE": "shop.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).strip().splitlines()[-1]


IMPORT = "import vendors.livelihood.models; print('imported')"
QUERY = "from django.db import connections; connections['livelihood'].cursor().execute('SELECT 1'); print('answered')"


def test_a_storefront_process_can_neither_import_nor_ask_the_confidential_half() -> None:
    assert "isn't in an application in INSTALLED_APPS" in in_a_process("storefront", IMPORT)
    assert "The connection 'livelihood' doesn't exist" in in_a_process("storefront", QUERY)


def test_an_office_process_can_do_both() -> None:
    assert in_a_process("office", IMPORT) == "imported"
    assert in_a_process("office", QUERY) == "answered"


def a_shop() -> list[Stall]:
    """Three stalls with goods in two categories, open and on holiday."""
    food, wear = a_category("خوراکی"), a_category("پوشاک")
    stalls = [
        a_stall("ترشی سبزینه", tagline="ترشی خانگی"),
        a_stall("گلیم تار و پود"),
        a_stall("نارنج"),
    ]
    for stall, category in zip(stalls, (food, wear, food), strict=True):
        for title in ("نمونهٔ یک", "نمونهٔ دو"):
            a_product(stall, f"{title} {stall.name}", category=category, is_public=True)
    Stall.objects.filter(pk=stalls[2].pk).update(state=Stall.State.ON_HOLIDAY)
    return stalls


def plant(stalls: list[Stall]) -> list[str]:
    """Write a canary into every text of the confidential half; gives all that a page must not show."""
    secrets = []
    PlanType.objects.all().delete()
    kinds = plan_types()
    for number, stall in enumerate(stalls):
        name, title = f"قناری نام {number}ـ{stall.pk}", f"قناری طرح {number}ـ{stall.pk}"
        person = a_person(name=name)
        person.phone = f"+98935000{number:04d}"
        person.household.code = f"CANARY-{number}"
        person.household.save(update_fields=["code"])
        person.save(update_fields=["phone"])
        plan = start_plan(
            person=person, plan_type=kinds["hedayat"], title=title, started_on=date(2025, 1, 1)
        )
        link_stall(stall_id=stall.public_id, plan=plan, valid_from=date(2025, 1, 1))
        a_job(TODAY, plan=plan)
        a_loan(9_876_543_210, TODAY, plan=plan)
        a_training(person, completed_on=TODAY)
        a_placement(TODAY, person=person)
        secrets += [
            name,
            title,
            person.phone,
            person.household.code,
            str(plan.pk),
            str(person.pk),
            str(stall.public_id),
        ]
    Bank.objects.update(name="قناری بانک")
    a_line(11_223_344)
    labels = [kind.label for kind in kinds.values()]
    return [*secrets, *labels, "قناری بانک", "۹۸۷٬۶۵۴٬۳۲۱", "۱۱٬۲۲۳٬۳۴۴", "11,223,344"]


@pytest.mark.django_db(databases=["default", "livelihood"])
@pytest.mark.urls("shop.urls.storefront")
def test_a_stranger_who_follows_every_link_finds_nothing_of_it() -> None:
    secrets = plant(a_shop())
    crawler = Crawler()
    crawler.crawl(words=("قناری", "طرح", "CANARY", "نمونه", "تار", "وام"))
    assert len(crawler.seen) > 60
    for reached in (
        "/s/",
        "/p/",
        "/c/",
        "/en/p/",
        "/search/?q=",
        "/sitemap.xml",
        "/basket/",
        "/login/",
    ):
        assert any(reached in address for address in crawler.seen), reached
    assert crawler.found([*secrets, *NEVER]) == set()


@pytest.mark.django_db(databases=["default", "livelihood"])
@pytest.mark.urls("shop.urls.storefront")
def test_the_same_stranger_finds_a_secret_that_somebody_put_on_a_stall() -> None:
    stalls = a_shop()
    secrets = plant(stalls)
    Stall.objects.filter(pk=stalls[0].pk).update(tagline=secrets[0])
    crawler = Crawler()
    crawler.crawl()
    addresses = {address for secret, address in crawler.found(secrets) if secret == secrets[0]}
    assert f"/s/{stalls[0].slug}/" in addresses
    assert f"/en/s/{stalls[0].slug}/" in addresses
