"""One name makes the title and the distribution, or is refused."""

import pytest

from app.cli.errors import NotWritten
from app.cli.project.names import Names, names_of


@pytest.mark.parametrize(
    ("name", "title", "distribution"),
    [
        ("Acme Briefs", "Acme Briefs", "acme-briefs"),
        ("  acme   briefs ", "acme briefs", "acme-briefs"),
        ("Café № 5!", "Café № 5!", "cafe-no-5"),
        ("7", "7", "7"),
        ("a_b.c--d", "a_b.c--d", "a-b-c-d"),
    ],
)
def test_name_makes_a_title_and_a_distribution(name: str, title: str, distribution: str) -> None:
    assert names_of(name, reserved=set()) == Names(title, distribution)


@pytest.mark.parametrize("name", ["", "   ", "日本", "!!!", 'a"b', "a\\b", "a\x1bb", "x" * 61])
def test_name_that_makes_none_is_refused(name: str) -> None:
    with pytest.raises(NotWritten, match=r"cannot be a title|makes no distribution name"):
        names_of(name, reserved=set())


def test_name_of_a_package_that_the_project_needs_is_refused() -> None:
    with pytest.raises(NotWritten, match="'pydantic' is the name of a package"):
        names_of("Pydantic", reserved={"fanjoin", "pydantic"})
