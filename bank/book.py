"""The bank's two books: each movement of money for `capture.jsonl`, and each balance's own lines."""

import secrets

from bank import rows
from bank.counter import Turn
from bank.records import Line

# Reporting category: the type Stripe writes beside it.
TYPES = {
    "charge": "charge",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "transfer": "transfer",
    "transfer_reversal": "transfer_refund",
    "dispute": "adjustment",
    "dispute_reversal": "adjustment",
    "payout": "payout",
    "payout_reversal": "payout_failure",
}


def move(turn: Turn, op: str, about: str, amount: int, currency: str, key: str = "") -> None:
    """Note a movement; it is a line of `capture.jsonl` before the request is answered."""
    turn.db.execute(
        "INSERT INTO movement (op, id, amount, currency, key, time) VALUES (?, ?, ?, ?, ?, ?)",
        (op, about, amount, currency, key, turn.now),
    )


def enter(
    turn: Turn,
    category: str,
    source: str,
    amount: int,
    currency: str,
    *,
    fee: int = 0,
    account: str = "",
) -> Line:
    """A line in a balance's book; `account` "" is the platform's own."""
    line_id = f"txn_{secrets.token_hex(12)}"
    if category == "charge":
        line_id = source.replace("ch_", "txn_", 1)
    return rows.insert(
        turn,
        Line(
            id=line_id,
            account=account,
            kind=TYPES[category],
            category=category,
            source=source,
            amount=amount,
            fee=fee,
            currency=currency,
            created=turn.now,
        ),
    )


def balance(turn: Turn, account: str = "") -> dict[str, int]:
    """What a balance holds, by currency; {} before anything came in."""
    found = turn.db.execute(
        "SELECT currency, sum(amount - fee) AS net FROM line WHERE account = ?"
        " GROUP BY currency ORDER BY currency",
        (account,),
    ).fetchall()
    return {row["currency"]: int(row["net"]) for row in found}


def page(
    turn: Turn, conditions: str, values: dict[str, object], *, limit: int, after: str
) -> tuple[list[Line], bool]:
    """Newest first, from behind the line `after`; and whether more follow."""
    if after:
        conditions += " AND rowid < (SELECT rowid FROM line WHERE id = :after)"
    found = turn.db.execute(
        f"SELECT * FROM line WHERE {conditions} ORDER BY rowid DESC LIMIT :many",  # noqa: S608 - our own names
        {**values, "after": after, "many": limit + 1},
    ).fetchall()
    lines = [Line(**dict(row)) for row in found]
    return lines[:limit], len(lines) > limit
