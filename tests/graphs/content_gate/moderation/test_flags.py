from typing import get_args

from graphs.content_gate.moderation.flags import Category
from tests.moderation_answers import CATEGORIES


def test_categories_are_those_of_the_endpoint() -> None:
    assert get_args(Category) == CATEGORIES
