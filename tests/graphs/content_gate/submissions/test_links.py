import time

import pytest

from graphs.content_gate.submissions.links import find_links
from graphs.content_gate.submissions.rules import Rules
from graphs.content_gate.submissions.submission import Submission


def codes(*links: str, body: str = "", rules: Rules | None = None) -> list[tuple[str, str]]:
    reasons = find_links(Submission(links=list(links), body=body), rules or Rules())
    return [(reason.code, reason.place) for reason in reasons]


@pytest.mark.parametrize(
    "link",
    ["https://example.org", "HTTPS://Example.ORG:8443/a?b=c#d", "https://münchen.example/ü"],
)
def test_an_honest_link_has_no_faults(link: str) -> None:
    assert codes(link) == []


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("", "link_malformed"),
        ("example.org", "link_malformed"),
        ("javascript:alert(1)", "link_malformed"),
        ("https://", "link_malformed"),
        ("https://[::1", "link_malformed"),
        ("https://example.org:99999", "link_malformed"),
        ("https://exa\nmple.org", "link_malformed"),
        ("https://example.org\\@evil.example", "link_malformed"),
        ("https://example.org/\u202e", "link_malformed"),
        ("http://example.org", "link_scheme"),
        ("file://host/etc/passwd", "link_scheme"),
        ("https://bank.example@evil.example/", "link_misleading"),
        ("https://127.0.0.1/", "link_misleading"),
        ("https://2130706433/", "link_misleading"),
        ("https://0x7f.1/", "link_misleading"),
        ("https://127\u30020\u30020\u30021/", "link_misleading"),
        ("https://127.0.0.1%2e/", "link_misleading"),
        ("https://example.org%40evil.example/", "link_malformed"),
        ("https://[::1]/", "link_misleading"),
    ],
)
def test_a_link_that_breaks_a_rule_is_named(link: str, code: str) -> None:
    assert codes(link) == [(code, "links[0]")]


def test_links_in_the_body_are_held_to_the_same_rules() -> None:
    body = "See https://example.org/a.\nOr (ftp://example.org/b), that is all."

    assert codes(body=body) == [("link_scheme", "body:2:5")]


def test_links_of_list_and_body_are_counted_together() -> None:
    body = " ".join(f"https://example.org/{number}" for number in range(4))

    assert codes("https://a.example", "https://b.example", body=body) == [
        ("too_many_links", "links")
    ]


def test_an_allowed_host_allows_those_below_it_alone() -> None:
    rules = Rules(link_hosts=["Example.org"])

    assert codes("https://example.org", "https://www.EXAMPLE.org.", rules=rules) == []
    assert codes("https://badexample.org", rules=rules) == [("link_host", "links[0]")]
    assert codes("https://example.org.evil.example", rules=rules) == [("link_host", "links[0]")]


def test_a_body_full_of_bad_links_is_told_in_short_and_soon() -> None:
    started = time.process_time()

    reasons = codes(body="a://b " * 33_000)

    assert len(reasons) == 21
    assert time.process_time() - started < 2
