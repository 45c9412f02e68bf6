"""Every graph, the whole way, on the real embedded model: `make test-model`.

Each documented example runs once; the tests look at its answer from several sides.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias

import jsonschema
import pytest
from fastapi.testclient import TestClient

from app.local_llm.fetch import provision
from app.main import create_app
from app.settings import Settings
from tests.app.execution.test_runner import events_of, rows_of
from tests.conftest import NO_SOURCES, OF_THE_MACHINE, ROOT

pytestmark = pytest.mark.real_model

GRAPHS = list(json.loads((ROOT / "langgraph.json").read_text())["graphs"])
each_graph = pytest.mark.parametrize("graph_id", GRAPHS)

DEGRADED = {"research", "trip_plan"}
"""Their sources on the net cannot be reached from here."""

NO_MODEL = {"parallel_tasks"}

AnswerOf: TypeAlias = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def nothing_of_the_machine() -> Iterator[None]:
    """Stand in for the fixture of every test, which would take the service's model away again."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OF_THE_MACHINE:
            patch.delenv(name, raising=False)
        for name, nobody in NO_SOURCES.items():
            patch.setenv(name, nobody)
        yield


@pytest.fixture(scope="module")
def client(
    nothing_of_the_machine: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """One service with the embedded model, for all tests here."""
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path_factory.mktemp("data"),
        graphs_file=ROOT / "langgraph.json",
    )
    provision(settings, lambda *_: None)
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="module")
def answer_of(client: TestClient) -> AnswerOf:
    """Run a graph on its documented example, the first time it is asked for."""

    @cache
    def run(graph_id: str) -> dict[str, Any]:
        example = client.get(f"/graphs/{graph_id}").json()["example"]
        # At 0 a model says the same every time, and so does a test of it.
        context = {} if graph_id in NO_MODEL else {"context": {"temperature": 0}}
        body = {"input": example, **context}
        response = client.post(f"/graphs/{graph_id}/invoke", json=body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    return run


@each_graph
def test_graph_answers_its_documented_example(
    graph_id: str, answer_of: AnswerOf, client: TestClient
) -> None:
    answer = answer_of(graph_id)

    schema = client.get(f"/graphs/{graph_id}").json()["output_schema"]
    jsonschema.validate(answer["output"], schema)
    assert answer["status"] == "success"
    assert answer["degraded"] is (graph_id in DEGRADED), rows_of(answer["report"])
    assert all(text.strip() for text in texts_in(answer["output"]))


@each_graph
def test_report_of_a_graph_is_complete(
    graph_id: str, answer_of: AnswerOf, client: TestClient
) -> None:
    report = answer_of(graph_id)["report"]

    graph = client.get(f"/graphs/{graph_id}").json()
    rows = report["branches"]
    assert {branch["name"] for branch in graph["branches"]} <= {
        row["id"].rpartition("/")[2].partition("#")[0] for row in rows
    }
    assert set(graph["joins"]) <= {row["id"] for row in rows if row["kind"] == "join"}
    assert report["critical_path"][-1] in graph["joins"]
    assert all(row["duration_ms"] > 0 for row in rows if (row["tokens"] or {}).get("output"))
    assert all(row["error"] for row in rows if row["status"] in ("failed", "timeout", "cancelled"))
    if "cancelled" not in {row["status"] for row in rows}:  # who is cut off tells no usage
        assert report["cost_usd"] == 0
        assert (report["tokens"]["output"] > 10) is (graph_id not in NO_MODEL)
        assert not report["warnings"]


def test_topic_brief_is_whole_and_streams_its_tokens(client: TestClient) -> None:
    topic = {"input": {"topic": "tidal power"}}

    events = events_of(client.post("/graphs/topic_brief/stream", json=topic))

    by_name = dict(events)
    assert by_name["end"]["status"] == "success", by_name["end"]["error"]
    output, report = by_name["output"]["output"], by_name["report"]
    assert output["topic"] == "tidal power"
    assert len(output["questions"]) == 3
    assert "tid" in output["summary"].lower()
    assert output["summary"][:40] in output["brief"]
    assert "token" in [name for name, _ in events]
    rows = rows_of(report)
    assert rows["summary"]["tokens"]["output"] > 10
    assert rows["synthesize"]["kind"] == "join"
    assert report["cost_usd"] == 0
    assert report["critical_path"][-1] == "synthesize"
    assert not report["warnings"]


def test_topic_batch_tells_of_each_topic_what_it_is(answer_of: AnswerOf) -> None:
    output = answer_of("topic_batch")["output"]

    summaries = {row["topic"]: row["summary"].lower() for row in output["rows"]}
    assert list(summaries) == ["tidal power", "sourdough bread", "honey bees"]
    assert "tid" in summaries["tidal power"]
    assert "bread" in summaries["sourdough bread"]
    assert "bee" in summaries["honey bees"]


def test_text_insights_reads_every_segment_and_tells_praise_from_blame(
    answer_of: AnswerOf,
) -> None:
    output = answer_of("text_insights")["output"]

    assert len(output["segments"]) > 1
    assert all(segment["keywords"] for segment in output["segments"])
    assert {"positive", "negative"} <= {segment["sentiment"] for segment in output["segments"]}


def test_research_stands_on_the_documents_and_names_what_is_missing(answer_of: AnswerOf) -> None:
    output = answer_of("research")["output"]

    assert "[1]" in output["answer"]
    assert {source for cited in output["citations"] for source in cited["sources"]} == {"documents"}
    assert [missing["source"] for missing in output["missing"]] == ["web", "wikipedia", "arxiv"]
    assert all(missing["source"] in output["answer"] for missing in output["missing"])


def test_specialists_are_routed_to_and_named_with_their_words(answer_of: AnswerOf) -> None:
    output = answer_of("specialists")["output"]

    assert {"law", "software"} <= set(output["routed_to"])
    assert [opinion["specialist"] for opinion in output["opinions"]] == output["routed_to"]
    assert all(
        f"{opinion['specialist'].capitalize()}: {opinion['text']}" in output["answer"]
        for opinion in output["opinions"]
    )


def test_specialists_send_an_unroutable_question_back(client: TestClient) -> None:
    off_topic = {"input": {"question": "What is the tallest mountain in Africa?"}}

    answer = client.post("/graphs/specialists/invoke", json=off_topic).json()

    assert answer["output"]["routed_to"] == []
    assert answer["output"]["answer"].startswith("Nobody here can answer that.")


def test_race_is_won_by_an_answer_that_passes(answer_of: AnswerOf) -> None:
    output = answer_of("race")["output"]

    assert "moon" in output["answer"].lower()
    assert len(output["answer"].split()) <= 60
    (winner,) = [runner for runner in output["runners"] if runner["name"] == output["winner"]]
    assert winner["status"] == "ok"


def test_campaign_is_an_email_about_its_product_with_a_drawn_card(answer_of: AnswerOf) -> None:
    output = answer_of("campaign")["output"]

    assert "light" in output["text"].lower()
    assert len(output["subject"]) <= 78
    assert output["image"]["kind"] == "card"
    assert [missing["part"] for missing in output["missing"]] == ["image"]


def test_media_review_measures_the_beach_and_says_that_nobody_looked(answer_of: AnswerOf) -> None:
    output = answer_of("media_review")["output"]

    assert output["sentiment_of_text"]["feeling"] == "positive"
    assert output["measured"]["in_words"].startswith("bright, warm")
    assert (output["verdict"], output["judged_by"]) == ("fits", "rules")
    assert "Nobody looked" in output["notes"][0]


def test_plan_and_execute_does_its_tasks_in_waves_and_says_what_it_read(
    answer_of: AnswerOf,
) -> None:
    output = answer_of("plan_and_execute")["output"]

    assert output["waves"] > 1
    assert output["missing"] == []
    assert "search_documents" in [task["tool"] for task in output["tasks"]]
    assert "(The documents are the samples" in output["answer"]


def test_content_gate_accepts_what_is_harmless_and_says_who_judged(answer_of: AnswerOf) -> None:
    output = answer_of("content_gate")["output"]

    assert output["decision"] == "accept", output["summary"]
    assert {check["result"] for check in output["checks"]} == {"passed"}
    assert "the sample database" in output["summary"]
    assert "the chat model" in output["summary"]


def test_content_gate_rejects_a_threat(client: TestClient) -> None:
    example = client.get("/graphs/content_gate").json()["example"]
    threat = "You are a filthy rat, Karl. I know where you live, and I will break your legs."
    submission = {**example["submission"], "title": "To my neighbour", "body": threat}

    answer = client.post("/graphs/content_gate/invoke", json={"input": {"submission": submission}})

    output = answer.json()["output"]
    assert output["decision"] == "reject"
    assert {reason["check"] for reason in output["reasons"]} == {"content"}


def test_trip_plan_reckons_with_samples_and_says_so(answer_of: AnswerOf) -> None:
    output = answer_of("trip_plan")["output"]

    assert output["chosen"]["hotel"]["source"] == "sample"
    assert (
        f"It costs {output['chosen']['total']['amount']} EUR of the 900.00" in output["itinerary"]
    )
    assert "sample data, made up" in output["itinerary"]
    assert [missing["what"] for missing in output["missing"]] == ["weather"]


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
    assert "(The encyclopedist found out nothing. SourceUnreachable" in output["answer"]
    assert "(The documents are the samples" in output["answer"]


def texts_in(value: Any) -> Iterator[str]:
    """Every text of an output, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)
