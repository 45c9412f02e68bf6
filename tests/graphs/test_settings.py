"""What the settings of every graph promise, new ones included."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from tests.graph_settings import settings_classes, variables_of

each_class = pytest.mark.parametrize(
    "settings_class", settings_classes(), ids=lambda settings: settings.__name__
)


@each_class
def test_each_field_names_its_variable(settings_class: Any) -> None:
    assert set(variables_of(settings_class)) == {field.name for field in fields(settings_class)}


@each_class
@pytest.mark.parametrize("value", [None, "", "  "])
def test_what_is_unset_or_empty_has_its_default(
    value: str | None, settings_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, _ in variables_of(settings_class).values():
        monkeypatch.delenv(variable, raising=False)
        if value is not None:
            monkeypatch.setenv(variable, value)

    assert settings_class.read() == settings_class()


@each_class
def test_each_setting_is_read_from_its_variable(
    settings_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {name: variable for name, (variable, _) in variables_of(settings_class).items()}
    for variable in variables.values():
        monkeypatch.setenv(variable, f" {variable}/ ")

    settings = settings_class.read()

    for field in fields(settings_class):
        given = variables[field.name]
        is_address = str(field.default).startswith("https://")
        expected = given if is_address else f"{given}/"
        value = getattr(settings, field.name)
        assert value == (Path(expected) if isinstance(field.default, Path) else expected)


@each_class
def test_no_key_is_in_the_text_of_the_settings(
    settings_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for field_name, (variable, _) in variables_of(settings_class).items():
        is_secret = field_name.endswith(("key", "token")) or "DATABASE" in variable
        monkeypatch.setenv(variable, "secret" if is_secret else "known")

    assert "secret" not in repr(settings_class.read())
