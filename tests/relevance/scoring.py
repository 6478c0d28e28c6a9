"""How good a ranking is, by judged queries. Grades: 3 what was asked for, 2 a good answer, 1 related."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

PAGE, DEEP = 10, 20


@dataclass(frozen=True)
class Score:
    """Means over the queries that expect results, and over the traps that expect none."""

    ndcg: float  # gain 2^grade - 1 over log2(rank + 1), of ten, against the best order
    mrr: float  # one over the rank of the first good answer
    recall: float  # part of the good answers among the first twenty
    zero: float  # part of the queries without any result
    first: float  # part of the queries whose first result is a good answer
    traps: float  # part of the traps that stayed empty


def score(runs: Iterable[tuple[Mapping[str, int], Sequence[str]]]) -> Score:
    """Score the runs: grades by sku, and the skus found in rank order. A trap has no grades."""
    runs = list(runs)
    asked = [_measures(grades, found) for grades, found in runs if grades]
    traps = [not found for grades, found in runs if not grades]
    columns = (_mean(column) for column in zip(*asked, strict=True))
    return Score(*columns, traps=_mean(traps))


def _measures(grades: Mapping[str, int], found: Sequence[str]) -> tuple[float, ...]:
    gained = [grades.get(sku, 0) for sku in found]
    best = sorted(grades.values(), reverse=True)
    good = min(2, best[0])
    ranks = [rank for rank, grade in enumerate(gained, start=1) if grade >= good]
    return (
        _gain(gained) / _gain(best),
        1 / ranks[0] if ranks else 0.0,
        sum(rank <= DEEP for rank in ranks) / sum(grade >= good for grade in best),
        float(not found),
        float(ranks[:1] == [1]),
    )


def _gain(grades: Sequence[int]) -> float:
    ranked = enumerate(grades[:PAGE], start=2)
    return sum((2**grade - 1) / math.log2(place) for place, grade in ranked)


def _mean(values: Iterable[float]) -> float:
    values = list(values)
    return sum(values) / len(values)
