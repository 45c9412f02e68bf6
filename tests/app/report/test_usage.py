"""What calls of a model add up to."""

from decimal import Decimal

from app.report.usage import Usage, usage_of_call
from app.setting_types import Price

PRICES = {"m": Price(input=Decimal("0.1"), output=Decimal("0.2"))}


def test_cost_of_many_calls_has_no_float_noise() -> None:
    total = Usage()

    for _ in range(3):
        used, warning = usage_of_call(["m"], (1_000_000, 0), PRICES)
        total.add(used)

    assert warning is None
    assert total.cost_usd == 0.3


def test_what_one_call_does_not_say_is_unknown_in_the_sum() -> None:
    total = Usage()

    for model in ("m", "unpriced"):
        total.add(usage_of_call([model], (1, 1), PRICES)[0])

    assert (total.tokens, total.cost_usd) == ({"input": 2, "output": 2}, None)
