"""Charts as numbers: where each bar, line and word of a server-made SVG stands. Colours are classes.

Time runs as the language does: the oldest month is at the right in Persian, at the left in English.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from shop.jalali import MONTH_NAMES_EN, MONTH_NAMES_FA, Month
from shop.money import Rial
from vendors.livelihood.income.queries import PlanIncome, PlanMonth

# From the way along the time to the place across the picture.
Across = Callable[[Fraction], Fraction]

STUB = 3  # a month without income is still a month: a short grey bar

SPARK_SLOT, SPARK_BAR, SPARK_HEIGHT = 12, 8, 36
LINES_HIGH = 2
# The big chart: a plot in a frame that leaves room for the words around it.
LEFT, RIGHT, TOP, FLOOR = 54, 930, 40, 220
MIRROR = LEFT + RIGHT
AXIS_X, END_LABEL_X, MONTH_Y, YEAR_Y = 962, 48, 240, 262
MOST_TICKS = 5
MONTHS_OF_A_YEAR = 13  # twelve whole ones and the one that runs
MOST_MONTH_LABELS = 14


@dataclass(frozen=True)
class Bar:
    """A bar with its month; numbers are written out, for a localized point would break the drawing."""

    x: str
    y: str
    width: str
    height: str
    kind: str
    month: PlanMonth


@dataclass(frozen=True)
class Label:
    x: str
    y: str
    text: str


@dataclass(frozen=True)
class Tick:
    y: str
    amount: Rial


@dataclass(frozen=True)
class Spark:
    """A plan's months in a table cell."""

    width: int
    height: int
    bars: list[Bar]
    rule: str


@dataclass(frozen=True)
class Chart:
    """A plan's months with the line and the instalments; a path is empty when there is nothing to draw."""

    bars: list[Bar]
    ticks: list[Tick]
    axis_x: str
    floor: tuple[str, str]
    months: list[Label]
    years: list[Label]
    rule: str
    rule_end: Label | None
    due: str
    due_end: Label | None


def spark(income: PlanIncome, *, is_rtl: bool) -> Spark:
    """The months of one plan, measured by its household's line, so that rows of a table compare as shares of it.

    A bar that would leave the picture ends at its edge.
    """
    width = SPARK_SLOT * len(income.months)
    top = income.line * LINES_HIGH if income.line else _highest(income.months)
    scale = Fraction(SPARK_HEIGHT - 1, top)
    bars = []
    for place, month in enumerate(income.months):
        start = place * SPARK_SLOT + (SPARK_SLOT - SPARK_BAR) // 2
        x = width - start - SPARK_BAR if is_rtl else start
        bars.append(_bar(month, Fraction(x), Fraction(SPARK_BAR), scale, SPARK_HEIGHT))
    lines = [month.line for month in income.months]
    rule = _steps(
        lines, lambda u: width - u if is_rtl else u, Fraction(SPARK_SLOT), scale, SPARK_HEIGHT
    )
    return Spark(width=width, height=SPARK_HEIGHT, bars=bars, rule=rule)


def chart(income: PlanIncome, *, due_in: dict[Month, Rial], language: str) -> Chart:
    """The big chart of one plan."""
    is_rtl = language == "fa"
    months = _worth_drawing(income.months)
    due = [due_in.get(month.month) for month in months]
    amounts = [_highest(months), *(int(amount) for amount in due if amount)]
    step = _tick_step(max(amounts))
    n_ticks = -(-max(amounts) // step)
    scale = Fraction(FLOOR - TOP, step * n_ticks)
    slot = Fraction(RIGHT - LEFT, len(months))

    def across(along: Fraction) -> Fraction:
        return RIGHT - along if is_rtl else LEFT + along

    bar_width = slot * 2 / 3
    bars = []
    for place, month in enumerate(months):
        middle = across(slot * place + slot / 2)
        bars.append(_bar(month, middle - bar_width / 2, bar_width, scale, FLOOR))
    return Chart(
        bars=bars,
        ticks=[
            Tick(y=_n(FLOOR - scale * step * place), amount=Rial(step * place))
            for place in range(n_ticks + 1)
        ],
        axis_x=_side(AXIS_X, is_rtl),
        floor=(_n(LEFT), _n(RIGHT)),
        months=_month_labels(months, across, slot, language),
        years=_year_labels(months, across, slot),
        rule=_steps([month.line for month in months], across, slot, scale, FLOOR),
        rule_end=_end_label([month.line for month in months], scale, is_rtl),
        due=_steps(due, across, slot, scale, FLOOR),
        due_end=_end_label(due, scale, is_rtl),
    )


def _highest(months: Sequence[PlanMonth]) -> int:
    """The largest amount of these months; never zero."""
    amounts = [int(a) for month in months for a in (month.net, month.line) if a is not None]
    return max([1, *amounts])


def month_name(month: Month, language: str) -> str:
    names = MONTH_NAMES_FA if language == "fa" else MONTH_NAMES_EN
    return names[month.month - 1]


def _worth_drawing(months: list[PlanMonth]) -> list[PlanMonth]:
    """From the first month that is known on, and never less than a year and the running month."""
    known = [place for place, month in enumerate(months) if month.net is not None]
    first = known[0] if known else len(months)
    return months[min(first, len(months) - MONTHS_OF_A_YEAR) :]


def _bar(month: PlanMonth, x: Fraction, width: Fraction, scale: Fraction, floor: int) -> Bar:
    height = min(Fraction(max(int(month.net or 0), 0)) * scale, Fraction(floor))
    kind = _kind(month)
    if height < STUB and kind == "none":
        height = Fraction(STUB)
    return Bar(
        x=_n(x), y=_n(floor - height), width=_n(width), height=_n(height), kind=kind, month=month
    )


def _kind(month: PlanMonth) -> str:
    if month.net is None or month.net <= 0:
        return "none"
    if month.is_open:
        return "b2"
    return "low" if month.ratio is not None and month.ratio < 1 else "b"


def _steps(
    amounts: Sequence[int | None], across: Across, slot: Fraction, scale: Fraction, floor: int
) -> str:
    """A path that keeps level within a month and breaks where there is no amount."""
    path, is_down = [], False
    for place, amount in enumerate(amounts):
        if not amount:
            is_down = False
            continue
        start, end = across(slot * place), across(slot * (place + 1))
        y = _n(floor - int(amount) * scale)
        path.append(f"V{y}H{_n(end)}" if is_down else f"M{_n(start)} {y}H{_n(end)}")
        is_down = True
    return "".join(path)


def _end_label(amounts: Sequence[int | None], scale: Fraction, is_rtl: bool) -> Label | None:
    if not amounts or not amounts[-1]:
        return None
    y = FLOOR - int(amounts[-1]) * scale + 4
    return Label(x=_side(END_LABEL_X, is_rtl), y=_n(y), text="")


def _month_labels(
    months: Sequence[PlanMonth], across: Across, slot: Fraction, language: str
) -> list[Label]:
    every = 1 if len(months) <= MOST_MONTH_LABELS else 3
    return [
        Label(
            x=_n(across(slot * place + slot / 2)),
            y=_n(MONTH_Y),
            text=month_name(month.month, language),
        )
        for place, month in enumerate(months)
        if place % every == 0
    ]


def _year_labels(months: Sequence[PlanMonth], across: Across, slot: Fraction) -> list[Label]:
    return [
        Label(x=_n(across(slot * place + slot / 2)), y=_n(YEAR_Y), text=str(month.month.year))
        for place, month in enumerate(months)
        if place == 0 or month.month.month == 1
    ]


def _tick_step(highest_amount: int) -> int:
    """A round step that cuts the height into at most five."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if highest_amount <= step * factor * MOST_TICKS:
                return step * factor
        step *= 10


def _side(x: int, is_rtl: bool) -> str:
    return _n(x if is_rtl else MIRROR - x)


def _n(number: Fraction | int) -> str:
    return f"{float(number):.1f}"
