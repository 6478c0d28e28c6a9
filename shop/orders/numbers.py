"""Order numbers that say nothing: random, with a check digit that catches a mistyped one."""

import secrets

from stdnum import luhn

DIGITS = 7


def new_order_number() -> str:
    """Eight digits, the last by Luhn's rule. Not sequential: nobody can count the orders or guess a neighbour's."""
    body = str(secrets.randbelow(9 * 10 ** (DIGITS - 1)) + 10 ** (DIGITS - 1))
    return body + luhn.calc_check_digit(body)
