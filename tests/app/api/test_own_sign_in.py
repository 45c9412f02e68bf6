"""Tokens over HTTP, and the application of docs/sign-in.md with a sign-in of its own."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.issuer import AUDIENCE, serve_issuer

DOCUMENT = Path(__file__).parents[3] / "docs" / "sign-in.md"


def changed(settings: Settings, **more: Any) -> Settings:
    return Settings(_env_file=None, **{**settings.model_dump(), **more})


def test_owners_of_tokens_see_only_their_own_runs_in_production(settings: Settings) -> None:
    with serve_issuer() as issuer:
        signed = changed(
            settings,
            environment="production",
            oidc_issuer=issuer.url,
            oidc_audience=AUDIENCE,
            openai_base_url="http://127.0.0.1:9",
        )
        ada, bob = ({"authorization": f"Bearer {issuer.token(sub=who)}"} for who in ("ada", "bob"))
        with TestClient(create_app(signed)) as client:
            run = client.post("/graphs/line/invoke", json={"input": {"number": 2}}, headers=ada)
            path = f"/runs/{run.json()['run_id']}"

            assert client.get(path, headers=ada).status_code == 200
            assert client.get(path, headers=bob).status_code == 404
            refused = client.get(path, headers={"authorization": "Bearer a.b.c"})
            assert (refused.status_code, client.get(path).status_code) == (401, 401)


def test_issuer_that_is_away_is_a_503(settings: Settings) -> None:
    with serve_issuer() as issuer:
        token = issuer.token()
        issuer.is_away = True
        signed = changed(settings, oidc_issuer=issuer.url, oidc_audience=AUDIENCE)
        with TestClient(create_app(signed)) as client:
            answer = client.get("/graphs", headers={"authorization": f"Bearer {token}"})

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["title"] == "The issuer of the tokens does not answer"


@pytest.fixture
def own_app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], FastAPI]:
    """Return the documented application, made as uvicorn makes it."""
    monkeypatch.setenv("FANJOIN_GRAPHS_FILE", str(settings.graphs_file))
    monkeypatch.setenv("FANJOIN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("FANJOIN_LOCAL_MODEL", "off")
    monkeypatch.setenv("FANJOIN_ALLOWED_HOSTS", "testserver")
    code = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[0]
    names: dict[str, Any] = {}
    exec(compile(code, str(DOCUMENT), "exec"), names)
    create: Callable[[], FastAPI] = names["create_app"]
    return create


def test_documented_application_signs_in_by_itself(
    own_app: Callable[[], FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_SIGN_IN", "own")
    blue, red = {"x-team-badge": "blue-42"}, {"x-team-badge": "red-7"}

    with TestClient(own_app()) as client:
        run = client.post("/graphs/line/invoke", json={"input": {"number": 2}}, headers=blue)
        path = f"/runs/{run.json()['run_id']}"

        assert client.get(path, headers=blue).status_code == 200
        assert client.get(path, headers=red).status_code == 404
        assert client.get(path).status_code == client.get("/teams").status_code == 401
        assert client.get("/teams", headers=red).json() == ["blue", "red"]


def test_own_sign_in_is_never_half_set_up(
    own_app: Callable[[], FastAPI], settings: Settings
) -> None:
    with pytest.raises(ValueError, match="FANJOIN_SIGN_IN=own"):
        own_app()
    with pytest.raises(ValueError, match="FANJOIN_SIGN_IN=own"):
        create_app(changed(settings, sign_in="own"))
