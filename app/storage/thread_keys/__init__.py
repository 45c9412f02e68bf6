"""Moves checkpoints from the keys that threads had before revision r0004.

A thread had a state of its own for each graph, under `owner/graph_id/thread_id`. Now the state of
the graph that ran last is the thread's, and those of other graphs become threads of their own.
"""

from app.storage.thread_keys.move import move_thread_keys

__all__ = ["move_thread_keys"]
