"""Panel on the real embedded model: `make test-model`."""

import pytest

from graphs.adapters.documents.source import SAMPLES_NOTE
from tests.embedded_model import AnswerOf

pytestmark = pytest.mark.real_model


def test_panel_votes_after_its_tools_were_asked(answer_of: AnswerOf) -> None:
    output = answer_of("panel")["output"]

    ballots = {ballot["panelist"]: ballot for ballot in output["ballots"]}
    assert sum(output["votes"].values()) == len(ballots) == 4
    used = {name: {use["tool"] for use in ballot["tools"]} for name, ballot in ballots.items()}
    assert used == {
        "calculator": {"calculate"},
        "librarian": {"search_documents"},
        "encyclopedist": {"search_wikipedia"},
        "sceptic": set(),
    }
    assert ballots["calculator"]["choice"] == "yes"
    assert "(The encyclopedist has no result. SourceUnreachable" in output["answer"]
    assert SAMPLES_NOTE in output["answer"]
