"""The threads of nodes: bounded, watched, and never waited for."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from app.execution.boundary import Escaped, WatchedCall
from app.execution.node_threads import NodeThreads
from tests.patience import SECONDS, wait_until


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Noted(WatchedCall):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def start(self) -> None:
        self.seen.append("start")

    def finish(self) -> None:
        self.seen.append("finish")

    def drop(self) -> None:
        self.seen.append("drop")


def submit(threads: NodeThreads, work: Callable[[], Any]) -> Future[Any]:
    return threads.submit(work, WatchedCall())


@contextmanager
def held(threads: NodeThreads, calls: int) -> Iterator[list[Future[Any]]]:
    """Hold so many threads until the block ends."""
    let_go, barrier = threading.Event(), threading.Barrier(calls + 1)

    def hold() -> None:
        barrier.wait(SECONDS)
        let_go.wait(SECONDS)

    futures = [submit(threads, hold) for _ in range(calls)]
    try:
        barrier.wait(SECONDS)
        yield futures
    finally:
        let_go.set()
        for future in futures:
            future.result(SECONDS)


def test_calls_run_side_by_side_up_to_the_size_and_the_rest_waits() -> None:
    threads = NodeThreads(2)

    with held(threads, 2):
        third = submit(threads, threading.get_ident)
        assert threads.busy == 2
        assert not third.running()

    assert third.result(SECONDS) > 0


def test_a_free_thread_is_used_again() -> None:
    threads = NodeThreads(8)

    idents = {submit(threads, threading.get_ident).result(SECONDS) for _ in range(20)}

    assert len(idents) == 1


def test_an_error_is_the_futures_and_the_thread_goes_on() -> None:
    threads = NodeThreads(1)
    error = SystemExit(2)

    def fail() -> None:
        raise error

    assert submit(threads, fail).exception(SECONDS) is error
    assert submit(threads, lambda: 7).result(SECONDS) == 7


@pytest.mark.parametrize("kind", [StopIteration, GeneratorExit])
def test_what_a_coroutine_cannot_be_thrown_becomes_an_error_of_its_name(
    kind: type[BaseException],
) -> None:
    def fail() -> None:
        raise kind

    error = submit(NodeThreads(1), fail).exception(SECONDS)

    assert isinstance(error, Escaped)
    assert str(error) == kind.__name__


def test_a_call_says_when_it_starts_and_finishes_or_that_it_was_dropped() -> None:
    threads = NodeThreads(1)
    done, dropped = Noted(), Noted()

    with held(threads, 1):
        first = threads.submit(lambda: None, done)
        second = threads.submit(lambda: None, dropped)
        second.cancel()
    first.result(SECONDS)

    assert done.seen == ["start", "finish"]
    assert dropped.seen == ["drop"]


def test_threads_are_stuck_when_each_is_busy_for_too_long_and_a_call_waits() -> None:
    clock = Clock()
    threads = NodeThreads(2, clock=clock)

    with held(threads, 2):
        clock.now = 31
        assert not threads.are_stuck(seconds=30), "nobody waits"
        waiting = submit(threads, lambda: None)
        assert threads.are_stuck(seconds=30)
        assert not threads.are_stuck(seconds=31)
        waiting.cancel()
        assert threads.are_stuck(seconds=30), "the next call would wait, too"

    wait_until(lambda: threads.busy == 0, "free threads")
    assert not threads.are_stuck(seconds=0)


def test_calls_that_wait_still_wait_after_a_thread_was_free() -> None:
    clock = Clock()
    threads = NodeThreads(2, clock=clock)
    let_go, stuck, let_stuck = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        stuck.set()
        let_stuck.wait(SECONDS)

    with held(threads, 1):
        submit(threads, lambda: let_go.wait(SECONDS))
        submit(threads, hold)
        last = submit(threads, lambda: None)
        let_go.set()
        assert stuck.wait(SECONDS)
        clock.now = 31
        assert threads.are_stuck(seconds=30)
        let_stuck.set()
        last.result(SECONDS)


def test_a_call_that_is_over_leaves_nothing_to_the_collector() -> None:
    threads = NodeThreads(1)
    gc.collect()
    gc.disable()
    try:
        given = Noted()
        threads.submit(partial(id, given), WatchedCall()).result(SECONDS)
        freed = weakref.ref(given)
        del given
        submit(threads, lambda: None).result(SECONDS)  # the thread is done with the first by now

        assert freed() is None
    finally:
        gc.enable()


def test_one_thread_that_works_keeps_the_others_from_counting_as_stuck() -> None:
    clock = Clock()
    threads = NodeThreads(2, clock=clock)

    with held(threads, 1):
        clock.now = 40
        with held(threads, 1):
            submit(threads, lambda: None)
            assert not threads.are_stuck(seconds=30)


def test_closed_threads_begin_nothing_and_wait_for_nobody() -> None:
    threads = NodeThreads(1)

    with held(threads, 1):
        queued = submit(threads, lambda: None)
        threads.close()

        with pytest.raises(CancelledError):
            queued.result(0)
        with pytest.raises(RuntimeError, match="closed"):
            submit(threads, lambda: None)


def test_a_stuck_thread_is_a_daemon_that_no_exit_waits_for() -> None:
    thread = submit(NodeThreads(1), threading.current_thread).result(SECONDS)

    assert thread.daemon
