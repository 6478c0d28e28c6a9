"""Whether a stall's goods are looked at before they are shown."""

import logging

from shop.accounts.models import User
from vendors.stalls.models import Stall

logger = logging.getLogger(__name__)


def trust_stall(*, stall: Stall, is_trusted: bool, by_user: User) -> bool:
    """Show a stall's goods at once from now on, or look at them first again; False when it stood so before.

    What waits to be looked at goes on waiting.
    """
    wanted = Stall.Trust.TRUSTED if is_trusted else Stall.Trust.NEW
    changed = Stall.objects.filter(pk=stall.pk).exclude(trust=wanted).update(trust=wanted)
    if changed:
        logger.info("stall.trust_changed stall=%s trust=%s by=%s", stall.pk, wanted, by_user.pk)
    return bool(changed)
