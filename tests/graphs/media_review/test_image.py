"""The image of a media review: what is refused and where, what is shown of it, where it is kept."""

import asyncio
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import ValidationError

from app.main import create_app
from app.settings import Settings
from graphs.kit import RequiredBranchFailed
from graphs.media_review.graph import BEACH, EVENING, Input, graph
from tests.conftest import ROOT
from tests.graphs.adapters.images.images_at_hand import base64_of, claiming, encoded, noise, plain
from tests.graphs.media_review.reviews_at_hand import VIEWER, run
from tests.graphs.sending import sent
from tests.model_answers import Answer
from tests.model_server import ModelServer


@pytest.fixture
def vision(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    """The model server, with a vision model configured."""
    monkeypatch.setenv("FANJOIN_VISION_MODEL", "a-seeing-model")
    return model_server


@pytest.fixture
def service(settings: Settings) -> TestClient:
    """The service over the real graphs; no run outlives its request."""
    return TestClient(
        create_app(settings.model_copy(update={"graphs_file": ROOT / "langgraph.json"}))
    )


def test_the_vision_model_is_shown_a_small_jpeg_whatever_was_sent(vision: ModelServer) -> None:
    large = base64_of(encoded(noise((1600, 900)), "WEBP"))

    asyncio.run(run(image=f"data:image/png;base64,{large}"))

    (call,) = vision.calls_with(VIEWER)
    url = call.body["messages"][-1]["content"][-1]["image_url"]["url"]
    assert url.startswith("data:image/jpeg;base64,/9j/")
    assert large[:100] not in url


def test_of_an_animated_image_it_is_said_that_the_first_frame_was_looked_at(
    vision: ModelServer,
) -> None:
    moving = encoded(plain(), "GIF", save_all=True, append_images=[plain(colour="blue")])

    output = asyncio.run(run(image=base64_of(moving)))

    assert output.file.is_animated
    assert output.notes == ["The image is animated: this is about its first frame."]


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (base64_of(claiming(100_000, 100_000)), "far more than the 25,000,000 pixels"),
        (base64_of(encoded(noise(), "JPEG")[:5000]), "broken or not whole"),
        ("https://127.0.0.1/a.png", "127.0.0.1 is not on the public internet"),
        ("https://nowhere.invalid/a.png", "the image at nowhere.invalid cannot be reached"),
    ],
    ids=["bomb", "truncated", "private", "nowhere"],
)
def test_an_image_that_cannot_be_had_fails_the_run_with_the_reason(
    image: str, reason: str, vision: ModelServer
) -> None:
    with pytest.raises(RequiredBranchFailed) as caught:
        asyncio.run(run(image=image))

    assert reason in str(caught.value)
    assert list(caught.value.outcomes) == ["look"]
    assert not vision.calls_with(VIEWER)


def test_an_image_that_is_broken_is_not_tried_again(model_server: ModelServer) -> None:
    with pytest.raises(RequiredBranchFailed) as caught:
        asyncio.run(run(image=base64_of(encoded(noise(), "JPEG")[:5000])))

    assert caught.value.outcomes["look"]["attempts"] == 1


@pytest.mark.parametrize(
    ("text", "image"),
    [
        (" \n", BEACH),
        ("x" * 4001, BEACH),
        ("Hi", ""),
        ("Hi", "http://a.example/b.png"),
        ("Hi", base64_of(b"<svg/>")),
    ],
    ids=["blank text", "long text", "no image", "not https", "SVG"],
)
def test_an_input_out_of_shape_is_refused(text: str, image: str) -> None:
    with pytest.raises(ValidationError):
        Input(text=text, image=image)


def test_the_image_is_kept_once(vision: ModelServer) -> None:
    large = base64_of(encoded(noise((1600, 900)), "WEBP"))
    threaded = graph.copy(update={"checkpointer": InMemorySaver()})
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}

    async def state() -> dict[str, Any]:
        await threaded.ainvoke(sent(text=EVENING, image=large), config)
        return dict((await threaded.aget_state(config)).values)

    values = asyncio.run(state())

    assert values.pop("image") == large
    assert len(json.dumps(values)) < 10_000


@pytest.mark.parametrize(
    ("image", "reason"),
    [("no base64!" * 1000, "no base64"), (base64_of(b"<html>" * 1000), "an HTML page")],
    ids=["no base64", "no image"],
)
def test_the_service_names_what_is_wrong_with_an_upload_and_does_not_repeat_it(
    image: str, reason: str, service: TestClient
) -> None:

    with service as client:
        response = client.post(
            "/graphs/media_review/invoke", json={"input": {"text": "Hi", "image": image}}
        )

    assert response.status_code == 422
    assert reason in response.text
    assert len(response.text) < 2000


def test_the_report_of_a_run_does_not_repeat_the_image(
    service: TestClient, vision: ModelServer
) -> None:
    image = base64_of(encoded(noise((30, 30))))

    with service as client:
        response = client.post(
            "/graphs/media_review/invoke", json={"input": {"text": "Hi", "image": image}}
        )

    answer = response.json()
    assert answer["status"] == "success"
    assert not answer["degraded"]
    assert image[:40] not in response.text
    assert "/9j/" not in response.text


def test_a_fallback_that_stood_in_degrades_the_run_and_a_plan_without_vision_does_not(
    service: TestClient, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"input": {"text": EVENING, "image": BEACH}}
    model_server.answer(Answer(status=401), prompt=VIEWER)

    with service as client:
        planned = client.post("/graphs/media_review/invoke", json=body).json()
        monkeypatch.setenv("FANJOIN_VISION_MODEL", "a-seeing-model")
        fallen_back = client.post("/graphs/media_review/invoke", json=body).json()

    assert (planned["degraded"], fallen_back["degraded"]) == (False, True)
    rows = {row["name"]: row["status"] for row in fallen_back["report"]["branches"]}
    assert (rows["look"], rows["sentiment"]) == ("degraded", "ok")
