"""The format check: a submission against its rules, by code alone."""

import unicodedata
from collections.abc import Iterator

from graphs.adapters.excerpts import excerpt
from graphs.content_gate.submissions.characters import find_characters
from graphs.content_gate.submissions.links import find_links
from graphs.content_gate.submissions.rules import FieldName, Length, Rules
from graphs.content_gate.submissions.submission import Reason, Submission, TextName, place_in

_TEXTS: list[TextName] = ["title", "body"]


def check_format(submission: Submission, rules: Rules) -> list[Reason]:
    """Return every rule that is broken, in the order of the fields within each rule."""
    return [
        *_find_missing(submission, rules),
        *_find_lengths(submission, rules),
        *_find_kind(submission, rules),
        *find_characters("author_id", submission.author_id),
        *find_characters("kind", submission.kind),
        *find_characters("title", submission.title),
        *find_characters("body", submission.body, has_lines=True),
        *_find_scripts(submission, rules),
        *find_links(submission, rules),
    ]


def _find_missing(submission: Submission, rules: Rules) -> Iterator[Reason]:
    for name in dict.fromkeys(rules.required):
        if _is_empty(submission, name):
            yield _reason("missing", f"{name} is required", name)


def _find_lengths(submission: Submission, rules: Rules) -> Iterator[Reason]:
    limits: dict[FieldName, Length] = {
        "author_id": rules.author_id,
        "title": rules.title,
        "body": rules.body,
    }
    for name, limit in limits.items():
        length = len(getattr(submission, name).strip())
        if 0 < length < limit.at_least:
            message = f"{name} has {length} characters, and {limit.at_least} is the least"
            yield _reason("too_short", message, name)
        if length > limit.at_most:
            message = f"{name} has {length} characters, and {limit.at_most} is the most"
            yield _reason("too_long", message, name)


def _find_kind(submission: Submission, rules: Rules) -> Iterator[Reason]:
    kind = submission.kind
    if rules.kinds and kind.strip() and kind not in rules.kinds:
        allowed = ", ".join(rules.kinds)
        yield _reason("kind", f"{excerpt(kind, 40)!a} is none of {allowed}", "kind")


def _find_scripts(submission: Submission, rules: Rules) -> Iterator[Reason]:
    """Find the first letter of each text that is of another writing system."""
    if not rules.scripts:
        return
    for name in _TEXTS:
        text: str = getattr(submission, name)
        for index, letter in enumerate(text):
            script = _script_of(letter)
            if script is not None and script not in rules.scripts:
                message = (
                    f"{name} holds {script} letters, and allowed is {', '.join(rules.scripts)}"
                )
                yield _reason("script", message, place_in(name, text, index))
                break


def _script_of(letter: str) -> str | None:
    """Return how a letter's name begins: its writing system; None for what is no letter."""
    if letter.isascii():
        return "LATIN" if letter.isalpha() else None
    # Full-width and mathematical letters are those they stand for.
    plain = unicodedata.normalize("NFKC", letter)[0]
    if unicodedata.category(plain) not in ("Lu", "Ll", "Lt", "Lo"):
        return None
    return unicodedata.name(plain, "UNNAMED").partition(" ")[0]


def _is_empty(submission: Submission, name: FieldName) -> bool:
    value: str | list[str] = getattr(submission, name)
    return not (value.strip() if isinstance(value, str) else value)


def _reason(code: str, message: str, place: str) -> Reason:
    return Reason(check="format", code=code, message=message, place=place)
