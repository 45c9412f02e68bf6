"""Hosts and origins: what an operator may mean by them is taken, and all else is explained."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import Settings


def read(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


def test_hosts_and_origins_are_lists_in_lower_case() -> None:
    settings = read(
        allowed_hosts="API.example, *.example.org ,[::2],my_host",
        cors_origins="https://App.example,http://localhost:3000, chrome-extension://abcdef,",
    )

    assert settings.allowed_hosts == ("api.example", "*.example.org", "[::2]", "my_host")
    assert settings.cors_origins == (
        "https://app.example",
        "http://localhost:3000",
        "chrome-extension://abcdef",
    )


@pytest.mark.parametrize(
    "hosts", ["https://a.example", "a.example:8000", "a.example/", "a*.example", "a b", "*.", "**"]
)
def test_host_with_more_than_a_name_is_refused_with_how_to_write_it(hosts: str) -> None:
    with pytest.raises(ValidationError, match=r"is no host name: write it as example\.com"):
        read(allowed_hosts=hosts)


@pytest.mark.parametrize(
    "origins",
    [
        "a.example",
        "https://a.example/",
        "https://a.example/app",
        "https://*.example",
        "https://me@a.example",
        "null",
        "https://a.example:port",
        "https://",
    ],
)
def test_what_no_browser_sends_as_an_origin_is_refused_with_how_to_write_it(origins: str) -> None:
    with pytest.raises(ValidationError, match="is no origin: write it as a browser sends it"):
        read(cors_origins=origins)
