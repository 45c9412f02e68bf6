import pytest

from graphs.campaign.email.draft import web_link
from tests.graphs.campaign.email.drafts_at_hand import draft


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.com/halo", "https://example.com/halo"),
        ("http://EXAMPLE.com", "http://example.com/"),
        ('https://example.com/"><script>', "https://example.com/%22%3E%3Cscript%3E"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
    ],
)
def test_a_web_link_comes_in_its_normal_form(url: str, link: str) -> None:
    assert web_link(url) == link


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "mailto:all@example.com",
        "//example.com",
        "example.com",
        "https://",
        "https://bank.example@elsewhere.example/",
        "https://:secret@elsewhere.example/",
    ],
)
def test_what_is_no_plain_web_link_makes_no_draft(url: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)url|user name"):
        draft(url=url)
