"""Who looks after the stalls: staff of one group. Everybody else finds none of its pages at the desk."""

from django.contrib.auth.models import AnonymousUser, Group, Permission

from shop.accounts.models import User
from shop.accounts.rights import LOOK_AFTER

STALL_STAFF = "stalls"


def may_look_after(user: User | AnonymousUser) -> bool:
    return user.has_perm(LOOK_AFTER)


def let_look_after(user: User) -> None:
    """Give the right to look after stalls; the group is made when it is not there yet."""
    group, _is_new = Group.objects.get_or_create(name=STALL_STAFF)
    label, _dot, codename = LOOK_AFTER.partition(".")
    group.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    user.groups.add(group)


def stop_looking_after(user: User) -> None:
    """Take the right away; whoever never had it is left as they are."""
    user.groups.remove(*Group.objects.filter(name=STALL_STAFF))
