"""One rule for all that Oscar asks itself: the right to look after stalls. No partner right lets anybody in."""

from typing import ClassVar

from oscar.apps.dashboard.permissions import DashboardPermission as OscarDashboardPermission

from shop.accounts.rights import LOOK_AFTER


class DashboardPermission(OscarDashboardPermission):
    staff: ClassVar[list[str]] = [LOOK_AFTER]
    partner_dashboard_access: ClassVar[list[str]] = staff

    @classmethod
    def get(cls, app_label: str, *codenames: str) -> list[str]:
        return list(cls.staff)
