"""`POST /runs/{id}/retry` with `branches`: they run again, with what depends on them."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.app.api.typed.test_runs import create, follow
from tests.app.execution.test_runner import invoke, rows_of


def succeeded(client: TestClient, name: str) -> str:
    """Run `stages` in the background until it has succeeded: `breaks` fails once."""
    failed = create(client, "stages", input={"name": name})
    follow(client, failed)
    again: str = client.post(f"/runs/{failed}/retry").json()["run_id"]
    assert follow(client, again)[-1][1]["status"] == "success"
    return again


def again(client: TestClient, run_id: str, *branches: str) -> dict[str, str]:
    """Run branches of a run again; return the status of each row."""
    answer = client.post(f"/runs/{run_id}/retry?wait=true", json={"branches": branches})
    assert answer.status_code == 200, answer.text
    return {name: row["status"] for name, row in rows_of(answer.json()["report"]).items()}


def refused(client: TestClient, run_id: str, *branches: str) -> list[dict[str, Any]]:
    answer = client.post(f"/runs/{run_id}/retry", json={"branches": branches})
    assert answer.status_code == 422
    problems: list[dict[str, Any]] = answer.json()["errors"]
    return problems


def test_a_chosen_branch_runs_again_and_what_ran_beside_it_does_not(client: TestClient) -> None:
    rows = again(client, succeeded(client, "beside"), "steady")

    assert rows == {
        "early": "cached",
        "middle": "ok",
        "steady": "ok",
        "inner": "cached",
        "breaks": "cached",
        "finish": "ok",
    }


def test_what_began_after_a_chosen_branch_runs_again_too(client: TestClient) -> None:
    rows = again(client, succeeded(client, "after"), "early")

    assert set(rows.values()) == {"ok"}
    assert {"inner/part", "inner/later", "breaks"} <= rows.keys()


def test_a_branch_inside_another_is_chosen_by_its_row_and_runs_with_what_follows(
    client: TestClient,
) -> None:
    name = "inside"
    failed = create(client, "stages", input={"name": name})
    follow(client, failed)

    rows = again(client, failed, "inner/later")

    assert (rows["inner"], rows["inner/part"], rows["inner/later"]) == ("ok", "cached", "ok")
    assert (rows["early"], rows["steady"]) == ("cached", "cached")
    assert rows["breaks"] == "ok"  # it had failed, so nothing of it can be reused


def test_a_chosen_join_runs_again_with_the_branches_it_had(client: TestClient) -> None:
    rows = again(client, succeeded(client, "join"), "finish")

    assert {name for name, status in rows.items() if status == "ok"} == {"middle", "finish"}


def test_an_item_is_chosen_by_its_row_and_all_of_them_by_their_branch(client: TestClient) -> None:
    run_id = create(client, "many", input={"words": ["one", "three"]})
    follow(client, run_id)

    one, all_of_them = again(client, run_id, "measure[1]"), again(client, run_id, "measure")

    assert (one["measure[0]"], one["measure[1]"]) == ("cached", "ok")
    assert (all_of_them["measure[0]"], all_of_them["measure[1]"]) == ("ok", "ok")


def test_a_branch_that_no_row_has_is_422_with_those_there_are(client: TestClient) -> None:
    run_id = succeeded(client, "unknown")

    first, second = refused(client, run_id, "nobody", "steady", "<b>")

    assert (first["place"], second["place"]) == ("branches.0", "branches.2")
    assert "'nobody' is no branch of this run" in first["message"]
    for name in ("early", "steady", "inner", "breaks", "finish"):
        assert name in first["message"]


@pytest.mark.parametrize("body", [{"branches": "steady"}, {"branches": [1]}, {"branch": ["a"]}, []])
def test_a_body_of_another_form_is_422(body: Any, client: TestClient) -> None:
    run_id = invoke(client, "scripted", input={"may": "fail"}).json()["run_id"]

    assert client.post(f"/runs/{run_id}/retry", json=body).status_code == 422


@pytest.mark.parametrize("body", [{}, {"branches": []}, None])
def test_without_branches_only_what_failed_runs_again(body: Any, client: TestClient) -> None:
    run_id = invoke(client, "scripted", input={"may": "fail"}).json()["run_id"]

    answer = client.post(f"/runs/{run_id}/retry?wait=true", json=body)

    rows = rows_of(answer.json()["report"])
    assert (rows["must"]["status"], rows["may"]["status"]) == ("cached", "failed")


def test_a_run_that_left_nothing_to_choose_from_is_409(client: TestClient) -> None:
    waited_for = invoke(client, "scripted").json()["run_id"]
    without_kit = create(client, "plain", input={"word": "w"})
    follow(client, without_kit)

    for run_id in (waited_for, without_kit):
        answer = client.post(f"/runs/{run_id}/retry", json={"branches": ["must"]})
        assert answer.status_code == 409
        assert "nothing is stored" in answer.json()["detail"]


def test_a_retry_of_a_retry_repeats_only_what_failed(client: TestClient) -> None:
    run_id = invoke(client, "scripted", input={"may": "fail"}).json()["run_id"]
    chosen = client.post(f"/runs/{run_id}/retry?wait=true", json={"branches": ["must"]}).json()

    answer = client.post(f"/runs/{chosen['run_id']}/retry?wait=true").json()

    rows = rows_of(answer["report"])
    assert rows_of(chosen["report"])["must"]["status"] == "ok"
    assert (rows["must"]["status"], rows["also"]["status"]) == ("cached", "cached")


def test_another_choice_under_the_same_key_is_422(client: TestClient) -> None:
    run_id = invoke(client, "scripted", input={"may": "fail"}).json()["run_id"]
    headers = {"Idempotency-Key": "one"}

    def retry(branch: str) -> int:
        address = f"/runs/{run_id}/retry?wait=true"
        return client.post(address, json={"branches": [branch]}, headers=headers).status_code

    assert [retry("must"), retry("must"), retry("also")] == [200, 200, 422]
