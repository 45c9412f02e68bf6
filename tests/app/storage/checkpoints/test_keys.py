from app.storage.checkpoints.keys import run_key, run_of_key, thread_key


def test_threads_of_different_owners_and_graphs_are_kept_apart() -> None:
    keys = {thread_key("a", "g", "t"), thread_key("b", "g", "t"), thread_key("a", "h", "t")}

    assert len(keys) == 3


def test_only_a_runs_own_key_names_a_run() -> None:
    assert run_of_key(run_key("abc")) == "abc"
    assert run_of_key(thread_key("run:", "g", "t")) is None
    assert run_of_key("t") is None
