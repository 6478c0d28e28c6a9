"""The official paragraph about a district, written from its rows."""

from datetime import date

from django.template.loader import render_to_string

from shop.persian import to_persian_digits
from vendors.livelihood.people.models import District
from vendors.livelihood.reports.formulas import (
    joints,
    list_words,
    may_print_count,
    may_print_sum,
    toman_words,
)
from vendors.livelihood.reports.queries import Figures, district_figures, last_year, this_year


def district_paragraphs(*, district: District, as_of: date) -> list[str]:
    """Last year's jobs and this year's work in Persian, as plain text; a paragraph with nothing to say is left out.

    Zero and too small a group are treated alike (docs/livelihood.md, Small groups): the clause drops, so that the text
    gives no hint.
    """
    return write_paragraphs(
        district=district,
        before=district_figures(district=district, period=last_year(as_of=as_of)),
        current=district_figures(district=district, period=this_year(as_of=as_of)),
    )


def write_paragraphs(*, district: District, before: Figures, current: Figures) -> list[str]:
    """The same from figures that are at hand already."""
    counts = [
        (what, _printed(count))
        for what, count in (
            ("placements", current.n_placements),
            ("trained", current.n_trained),
            ("stalls", current.n_stalls),
        )
        if _printed(count)
    ]
    text = render_to_string(
        "livelihood/reports/district.fa.txt",
        {
            "district": district.name,
            "province": district.province,
            "jobs": _printed(before.n_jobs),
            "types": before.job_types,
            "types_in_words": list_words(before.job_types),
            "lent_last_year": toman_words(before.lent) if may_print_sum(before.loans) else "",
            "loans": _printed(current.n_loans),
            "lent": toman_words(current.lent) if may_print_sum(current.loans) else "",
            "clauses": [
                {"what": what, "count": count, "joint": joint}
                for (what, count), joint in zip(counts, joints(len(counts)), strict=True)
            ],
        },
    )
    return [paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip()]


def _printed(count: int) -> str:
    return to_persian_digits(str(count)) if count and may_print_count(count) else ""
