"""[pure] Arguments of commands that are read alike everywhere."""

from argparse import ArgumentTypeError


def probability(text: str) -> float:
    """A probability, 0 to 1."""
    value = _number(text)
    if not 0 <= value <= 1:
        raise ArgumentTypeError(f"{text} is not a probability: give a number from 0 to 1, such as 0.5")
    return value


def radius(text: str) -> float:
    """A radius in metres, above 0, up to 5000."""
    value = _number(text)
    if not 0 < value <= 5000:
        raise ArgumentTypeError(f"{text} is not a radius in metres: give a number above 0, up to 5000")
    return value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a number") from error
