"""Research on the real embedded model: `make test-model`."""

import pytest

from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_research_stands_on_documents_and_news_and_names_what_is_missing(
    answer_of: AnswerOf,
) -> None:
    output = answer_of("research")["output"]

    assert "[1]" in output["answer"]
    sources = {source for cited in output["citations"] for source in cited["sources"]}
    assert sources == {"documents", "news"}
    assert [missing["source"] for missing in output["missing"]] == ["web", "wikipedia", "arxiv"]
    assert all(missing["source"] in output["answer"] for missing in output["missing"])
