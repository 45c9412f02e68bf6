from itertools import product

from app.storage.checkpoints.keys import Keys, run_key, thread_key


def test_threads_of_different_owners_never_share_a_key() -> None:
    names = ["", "a", "b", "a/b", "/", "a%2Fb", "thread:", "run:1", "a~b", "../b/t"]

    keys = {thread_key(owner, thread_id) for owner, thread_id in product(names, names)}

    assert len(keys) == len(names) ** 2


def test_no_thread_id_leads_out_of_its_owners_threads() -> None:
    keys = Keys("me")
    for chosen in ("you/t", "/t", "../you/t", "thread:you/t", "run:1", "", 7):
        key = keys.to_key(chosen)

        assert key.startswith("thread:me/")
        assert keys.to_thread_id(key) == str(chosen)
        assert Keys("you").to_thread_id(key) is Keys("").to_thread_id(key) is None


def test_key_of_a_run_is_never_that_of_a_thread() -> None:
    assert run_key("1") != thread_key("", "1")
    assert not run_key("1").startswith("thread:")


def test_key_of_today_is_never_one_of_before() -> None:
    assert ":" in thread_key("", "g/t").partition("/")[0]


def test_run_without_a_thread_is_its_own_thread() -> None:
    keys = Keys("me", run_id="1")

    assert keys.to_key("1") == run_key("1")
    assert keys.to_thread_id(run_key("1")) == "1"
    assert keys.to_key("2") == thread_key("me", "2")
    assert keys.to_thread_id(run_key("2")) is None
