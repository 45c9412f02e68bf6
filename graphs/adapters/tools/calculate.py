"""Arithmetic for a model that cannot be trusted with it: exact in decimals, and bounded."""

import ast
import operator
import re
from collections.abc import Callable
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Underflow,
    localcontext,
)

from graphs.adapters.tools.errors import ToolError

MOST_CHARS = 200

_DIGITS = 50
_DIGITS_OF_INEXACT = 15
_MOST_DECIMALS = 20

_CONTEXT = Context(
    prec=_DIGITS,
    rounding=ROUND_HALF_UP,
    Emax=_DIGITS,
    Emin=-_DIGITS,
    traps=[DivisionByZero, InvalidOperation, Overflow, Underflow],
)
_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_SIGNS: dict[type[ast.unaryop], Callable[[Decimal], Decimal]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_SPELLINGS = str.maketrans({"^": "**", "×": "*", "·": "*", "÷": "/", "−": "-"})  # noqa: RUF001  # as people write them
_THOUSANDS = re.compile(r"\d+(?:,\d{3})+(?!\d)")
_KNOWN = "it may hold numbers, + - * / ** ( ) and sqrt, abs, round, min, max"


def calculate(expression: str) -> str:
    """Return the value of an expression such as `(3 + 4.5) * 2 / sqrt(16)`.

    It is exact up to 50 digits; what is not exact, as 1/3, is rounded to 15.

    Raises:
        ToolError: it is no arithmetic, is not defined, or a number in it is out of bounds.
    """
    written = expression.strip().translate(_SPELLINGS)
    if len(written) > MOST_CHARS:
        raise ToolError(f"the expression is longer than {MOST_CHARS} characters")
    if ambiguous := _THOUSANDS.search(written):
        raise ToolError(
            f"{ambiguous[0]!r} in {_shown(written)} may be one number or several: write thousands "
            "without a comma, and a space behind one that parts two numbers"
        )
    # Letters right behind a digit are what Python's parser warns of, instead of refusing them.
    if re.search(r"[^\w\s.,()+*/-]|\d(?!e[+-]?\d)[^\W\d]", written, re.ASCII | re.IGNORECASE):
        raise _not_arithmetic(written)
    try:
        tree = ast.parse(written, mode="eval")
    except (SyntaxError, ValueError, MemoryError):
        raise _not_arithmetic(written) from None
    with localcontext(_CONTEXT) as context:
        try:
            value = +_value(tree.body, written)
            return _plain(value, is_exact=not context.flags[Inexact])
        except DecimalException as error:
            raise ToolError(f"{_shown(written)} {_fault(error)}") from None


def _value(node: ast.expr, written: str) -> Decimal:
    match node:
        case ast.Constant(value=number) if type(number) in (int, float):  # a bool is an int
            return Decimal(ast.get_source_segment(written, node) or "")
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _SIGNS:
            return _SIGNS[type(op)](_value(operand, written))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, written), _value(right, written))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _call(name, [_value(arg, written) for arg in args], written)
        case _:
            raise _not_arithmetic(written)


def _call(name: str, values: list[Decimal], written: str) -> Decimal:
    match name, values:
        case "sqrt", [value]:
            return value.sqrt()
        case "abs", [value]:
            return abs(value)
        case "round", [value]:
            return _rounded(value, 0)
        case "round", [value, places] if places in range(_MOST_DECIMALS + 1):
            return _rounded(value, int(places))
        case "min", [_, *_]:
            return min(values)
        case "max", [_, *_]:
            return max(values)
        case _:
            raise _not_arithmetic(written)


def _rounded(value: Decimal, places: int) -> Decimal:
    # In a context of its own: what is rounded on purpose does not count as inexact.
    return value.quantize(Decimal(1).scaleb(-places), context=_CONTEXT.copy())


def _plain(value: Decimal, *, is_exact: bool) -> str:
    if not is_exact:
        value = Context(prec=_DIGITS_OF_INEXACT, rounding=ROUND_HALF_UP).plus(value)
    return f"{value.normalize() + 0:f}"


def _fault(error: DecimalException) -> str:
    match error:
        case Overflow() | Underflow():
            return f"leads to a number beyond 10 to the power of {_DIGITS}, or as small"
        case DivisionByZero():
            return "divides by zero"
        case _:
            return "is not defined"


def _not_arithmetic(written: str) -> ToolError:
    return ToolError(f"{_shown(written)} is no arithmetic: {_KNOWN}")


def _shown(written: str) -> str:
    return repr(written if len(written) <= MOST_CHARS else f"{written[:MOST_CHARS]}…")
