"""Times, costs, counts and foreign text as a person reads them."""

from decimal import Decimal

_DELETED = {code: None for code in (*range(32), 127, *range(128, 160)) if chr(code) not in "\n\t"}


def as_time(milliseconds: float) -> str:
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"


def as_cost(dollars: float) -> str:
    """US dollars: cents from one dollar on, two figures below, since a run costs fractions."""
    if dollars == 0 or dollars >= 1:
        return f"${dollars:,.2f}"
    return f"${Decimal(f'{dollars:.2g}'):f}"


def counted(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun}es" if noun.endswith("ch") else f"{count:,} {noun}s"


def printable(text: str) -> str:
    """Take control codes out: what a model or a service wrote must not steer the terminal."""
    return text.translate(_DELETED)


def one_line(text: str) -> str:
    return " ".join(printable(text).split())
