from app.storage.checkpoints.keys import run_key, thread_key


def test_threads_of_different_owners_and_graphs_are_kept_apart() -> None:
    keys = {thread_key("a", "g", "t"), thread_key("b", "g", "t"), thread_key("a", "h", "t")}

    assert len(keys) == 3


def test_key_of_a_run_is_never_that_of_a_thread() -> None:
    assert "/" not in run_key("0189")
    assert "/" in thread_key("run:", "g", "t")
