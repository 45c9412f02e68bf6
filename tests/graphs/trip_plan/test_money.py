import json
from decimal import Decimal

import pytest
from pydantic import ValidationError

from graphs.trip_plan.money import Budget, CurrencyMismatch, Money, total
from tests.graphs.trip_plan.offers_at_hand import money


def test_amounts_are_exact() -> None:
    assert money("0.10") + money("0.20") == money("0.30")
    assert money("33.35").times(3) == money("100.05")
    assert total([money("0.1")] * 10, "EUR") == money(1)


def test_json_holds_the_amount_as_it_was_written() -> None:
    spent = Money.model_validate_json('{"amount": "900.10", "currency": "EUR"}')

    assert json.loads(spent.model_dump_json()) == {"amount": "900.10", "currency": "EUR"}
    assert str(spent) == "900.10 EUR"


def test_currencies_are_neither_added_nor_compared() -> None:
    with pytest.raises(CurrencyMismatch, match="1 EUR and 1 USD"):
        money(1) + money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        money(1) - money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        assert money(1) <= money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        total([money(1)], "USD")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e99", "0.00001"])
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    with pytest.raises(ValidationError):
        Money(amount=Decimal(amount), currency="EUR")


@pytest.mark.parametrize("currency", ["eur", "EURO", "", "€"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValidationError):
        money(1, currency)


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_a_budget_is_more_than_nothing(amount: str) -> None:
    with pytest.raises(ValidationError):
        Budget(amount=Decimal(amount), currency="EUR")
