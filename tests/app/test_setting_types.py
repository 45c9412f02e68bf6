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
    ("written", "sent"),
    [
        ("https://x.example:443", "https://x.example"),
        ("http://x.example:80", "http://x.example"),
        ("http://x.example:443", "http://x.example:443"),
        ("https://x.example:0443", "https://x.example"),
        ("HTTPS://X.Example:8443", "https://x.example:8443"),
        ("http://[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
        ("http://[::FFFF:1.2.3.4]:3000", "http://[::ffff:102:304]:3000"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("app://localhost:80", "app://localhost:80"),
    ],
)
def test_origin_is_what_a_browser_sends_for_it(written: str, sent: str) -> None:
    assert read(cors_origins=written).cors_origins == (sent,)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[0:0:0:0:0:0:0:2]", "[::2]"),
        ("::2", "[::2]"),
        ("api.example.", "api.example"),
        ("*.Example.org.", "*.example.org"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_host_is_what_a_browser_sends_for_it(written: str, meant: str) -> None:
    assert read(allowed_hosts=written).allowed_hosts == (meant,)


@pytest.mark.parametrize(
    ("host", "remedy"),
    [
        ("bücher.example", "xn--"),
        ("127.1", "four numbers"),
        ("0x7f000001", "four numbers"),
        ("10.0.0.010", "four numbers"),
        ("[::g]", "no IPv6 address"),
        ("[fe80::1%eth0]", "leave out the zone"),
    ],
)
def test_host_that_browsers_write_otherwise_is_refused_with_how(host: str, remedy: str) -> None:
    for given in ({"allowed_hosts": host}, {"cors_origins": f"http://{host}:3000"}):
        with pytest.raises(ValidationError) as refused:
            read(**given)
        assert remedy in str(refused.value)


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
        "https://a.example:65536",
        "https://a.example:",
        "https://a.example.",
        "wss://a.example",
    ],
)
def test_what_no_browser_sends_as_an_origin_is_refused_with_how_to_write_it(origins: str) -> None:
    with pytest.raises(ValidationError, match="is no origin: write it as a browser sends it"):
        read(cors_origins=origins)
