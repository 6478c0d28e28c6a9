"""Who settles: staff of one group. Everybody else finds no page of money at the desk."""

from django.contrib.auth.models import AnonymousUser, Group, Permission

from shop.accounts.models import User
from shop.accounts.rights import SETTLE

FINANCE = "finance"


def may_settle(user: User | AnonymousUser) -> bool:
    return user.has_perm(SETTLE)


def let_settle(user: User) -> None:
    """Give the right to settle; the group is made when it is not there yet."""
    group, _is_new = Group.objects.get_or_create(name=FINANCE)
    label, _dot, codename = SETTLE.partition(".")
    group.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    user.groups.add(group)


def stop_settling(user: User) -> None:
    """Take the right away; whoever never had it is left as they are."""
    user.groups.remove(*Group.objects.filter(name=FINANCE))
