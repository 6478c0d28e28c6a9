"""Bank account numbers as people type them. Iran's are called Sheba: IR and twenty-four digits."""

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from shop.persian import to_latin_digits

SHEBA_DIGITS = 24


def parse_sheba(text: str) -> str:
    """IR and 24 digits, from whatever digits, spaces and dashes were typed, with or without the IR.

    Raises ValueError for another length, another country or a wrong check number.
    """
    plain = "".join(to_latin_digits(text).split()).replace("-", "").upper()
    digits = plain.removeprefix("IR")
    if not (len(digits) == SHEBA_DIGITS and digits.isascii() and digits.isdigit()):
        raise ValueError("a Sheba has twenty-four digits")
    try:
        mod_97_10.validate(f"{digits[2:]}IR{digits[:2]}")
    except ValidationError as wrong:
        raise ValueError("the check number does not fit") from wrong
    return f"IR{digits}"


def masked(number: str) -> str:
    """What its owner recognises it by, and nobody else can use."""
    return f"{number[:2]}••{number[-4:]}" if number else ""
