"""The beginning of a text, cut where a word ends."""


def excerpt(text: str, chars: int) -> str:
    """Return a text that is no longer than `chars`; one that was cut ends with an ellipsis."""
    if len(text) <= chars:
        return text
    head = text[: chars - 1]
    words, _, broken = head.rpartition(" ")
    # A text without spaces, Chinese say, is cut where it is.
    whole = words if words and len(broken) < chars // 2 else head
    return f"{whole.rstrip()}…"
