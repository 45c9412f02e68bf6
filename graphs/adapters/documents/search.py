"""Finds passages in the index by a question's words, and reads what stands around them."""

from dataclasses import dataclass

from graphs.adapters.documents.index import DocumentIndex
from graphs.adapters.search_words import search_words

PER_FILE = 2
"""Passages of one document among the results, so that a long one does not drown the others."""

REACH = 3
"""Passages that are read on after the one that was found; two results lie farther apart."""


@dataclass(frozen=True)
class MatchingPassage:
    """A passage of the index that has words of the question."""

    path: str
    title: str
    page: int | None
    position: int
    text: str


def find_passages(index: DocumentIndex, question: str, *, limit: int) -> list[MatchingPassage]:
    """Return at most `limit` passages, the best first by BM25.

    At most PER_FILE are of one file, and farther apart than is read of each.
    """
    query = match_query(question)
    if query is None or limit < 1:
        return []
    rows = index.connection.execute(
        """SELECT path, title, page, position, passages.text
        FROM words JOIN passages ON passages.id = words.rowid JOIN files ON files.id = file_id
        WHERE words MATCH ? ORDER BY bm25(words), passages.id""",
        (query,),
    )
    matches: list[MatchingPassage] = []
    for passage in (MatchingPassage(*row) for row in rows):
        if _adds_to(matches, passage):
            matches.append(passage)
        if len(matches) == limit:
            break
    return matches


def read_on(index: DocumentIndex, path: str, page: int | None, text: str, *, chars: int) -> str:
    """Return a passage with the one before it and REACH after, of its page, as far as they fit.

    A passage that is no longer in the index is returned as it is.
    """
    rows = index.connection.execute(
        """WITH here AS (
            SELECT file_id, position, page FROM passages JOIN files ON files.id = file_id
            WHERE path = ? AND page IS ? AND text = ? LIMIT 1)
        SELECT beside.text FROM here JOIN passages AS beside USING (file_id)
        WHERE beside.page IS here.page
        AND beside.position BETWEEN here.position - 1 AND here.position + ?
        ORDER BY beside.position""",
        (path, page, text, REACH),
    )
    texts = [beside for (beside,) in rows] or [text]
    while len(joined := "\n\n".join(texts)) > chars and len(texts) > 1:
        texts.pop(0 if texts[-1] == text else -1)
    return joined[:chars]


def match_query(question: str) -> str | None:
    """Turn any text into an FTS5 query for passages with one of its words; None if it has none.

    Each word is quoted, so that nothing in it is syntax.
    """
    return " OR ".join(f'"{word}"' for word in search_words(question)) or None


def _adds_to(matches: list[MatchingPassage], passage: MatchingPassage) -> bool:
    same = [other for other in matches if other.path == passage.path]
    return len(same) < PER_FILE and all(
        abs(other.position - passage.position) > REACH for other in same
    )
