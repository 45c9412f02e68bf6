"""The words of a question that say what it is about, for search engines that take words."""

import re

_MOST_WORDS = 20
_MOST_CHARS = 300

_WORD = re.compile(r"[^\W_]+")

_ASIDES = frozenset(
    _WORD.findall(
        "a about all an and any are as at be been but by can could did do does for from had has "
        "have how i if in into is it its me my no not of on or our should so than that the "
        "their them then there these they this those to was we were what when where which who "
        "why will with would you your"
    )
)
"""Words of English that say nothing of the subject."""


def search_words(question: str) -> list[str]:
    """Return at most 20 words in lower case, each once; none of them is syntax anywhere.

    Only the first 300 characters are looked at. A question of nothing but asides keeps them; one
    without any word gives an empty list.
    """
    words = list(dict.fromkeys(_WORD.findall(question[:_MOST_CHARS].lower())))
    return [word for word in words if word not in _ASIDES][:_MOST_WORDS] or words[:_MOST_WORDS]
