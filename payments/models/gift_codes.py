"""The codes of gift cards: drawn, read as people type them, and what is stored of them."""

import hashlib
import secrets

# Without 0 O, 1 I L, 2 Z, 5 S, 8 B and Q: nobody types one of them for another.
LETTERS = "ACDEFGHJKMNPRTUVWXY34679"
# 15 of 24 letters are 68 bits; the 16th is the check sign that a typo gives away.
LENGTH = 16
GROUP = 4


def new_code() -> str:
    """Return a code that nobody has, as it is printed: ACDE-FGHJ-KMNP-RTUV."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH - 1))
    whole = drawn + _check_sign(drawn)
    return "-".join(whole[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def plain(code: str) -> str:
    """Return a code as it is stored: without blanks and hyphens, in capitals."""
    return "".join(sign for sign in code.upper() if sign.isalnum())


def is_well_formed(code: str) -> bool:
    """Whether a code can be one of ours; a wrong or two swapped neighbouring signs show."""
    signs = plain(code)
    is_ours = len(signs) == LENGTH and all(sign in LETTERS for sign in signs)
    return is_ours and _check_sign(signs[:-1]) == signs[-1]


def digest(code: str) -> str:
    """Return what is stored of a code: the SHA-256 of 68 random bits needs no salt."""
    return hashlib.sha256(plain(code).encode()).hexdigest()


def last_four(code: str) -> str:
    """Return what people may see of a code."""
    return plain(code)[-GROUP:]


def _check_sign(signs: str) -> str:
    """Luhn's algorithm modulo 24."""
    size, total, factor = len(LETTERS), 0, 2
    for sign in reversed(signs):
        doubled = factor * LETTERS.index(sign)
        total += doubled // size + doubled % size
        factor = 3 - factor
    return LETTERS[-total % size]
