"""Citations: which number in an answer stands for which place a reader can look up."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from graphs.research.findings import Finding


class Citation(BaseModel):
    """What a number in the answer stands for."""

    number: int
    title: str
    url: str
    sources: list[str]
    """Which of the sources searched found it."""


def cite(
    sentences: Iterable[tuple[str, Sequence[Sequence[Finding]]]],
) -> tuple[str, list[Citation]]:
    """Return the sentences as one text, each with its `[number]`s, and what the numbers stand for.

    A sentence comes with the findings it was made from. Numbers begin at 1 in the order of the
    text; one address has one number.
    """
    citations: dict[str, Citation] = {}
    text = []
    for sentence, groups in sentences:
        numbers = [_number(finding, citations) for group in groups for finding in group]
        marks = "".join(f"[{number}]" for number in dict.fromkeys(numbers))
        text.append(f"{sentence.strip()} {marks}")
    return " ".join(text), list(citations.values())


def _number(finding: Finding, citations: dict[str, Citation]) -> int:
    citation = citations.setdefault(
        finding["url"],
        Citation(number=len(citations) + 1, title=finding["title"], url=finding["url"], sources=[]),
    )
    if finding["source"] not in citation.sources:
        citation.sources.append(finding["source"])
    return citation.number
