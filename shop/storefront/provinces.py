"""The provinces of Iran, the capital's first."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

PROVINCES = [
    ("tehran", _("Tehran")),
    ("alborz", _("Alborz")),
    ("ardabil", _("Ardabil")),
    ("bushehr", _("Bushehr")),
    ("chaharmahal", _("Chaharmahal and Bakhtiari")),
    ("east_azerbaijan", _("East Azerbaijan")),
    ("fars", _("Fars")),
    ("gilan", _("Gilan")),
    ("golestan", _("Golestan")),
    ("hamadan", _("Hamadan")),
    ("hormozgan", _("Hormozgan")),
    ("ilam", _("Ilam")),
    ("isfahan", _("Isfahan")),
    ("kerman", _("Kerman")),
    ("kermanshah", _("Kermanshah")),
    ("khuzestan", _("Khuzestan")),
    ("kohgiluyeh", _("Kohgiluyeh and Boyer-Ahmad")),
    ("kurdistan", _("Kurdistan")),
    ("lorestan", _("Lorestan")),
    ("markazi", _("Markazi")),
    ("mazandaran", _("Mazandaran")),
    ("north_khorasan", _("North Khorasan")),
    ("qazvin", _("Qazvin")),
    ("qom", _("Qom")),
    ("razavi_khorasan", _("Razavi Khorasan")),
    ("semnan", _("Semnan")),
    ("sistan", _("Sistan and Baluchestan")),
    ("south_khorasan", _("South Khorasan")),
    ("west_azerbaijan", _("West Azerbaijan")),
    ("yazd", _("Yazd")),
    ("zanjan", _("Zanjan")),
]

NAMES = dict(PROVINCES)


def persian_name(key: str) -> str | None:
    """The name of a province as it is written on a parcel; None for what is no province."""
    with override("fa"):
        return str(NAMES[key]) if key in NAMES else None
