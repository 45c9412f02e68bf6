"""A plan that can be carried out: one made up from its shape alone would need what is not there."""

from typing import Any


def task(task_id: str, *needs: str, tool: str = "none") -> dict[str, Any]:
    return {"id": task_id, "instruction": f"Do {task_id}.", "tool": tool, "needs": needs}


PLAN = {"tasks": [task("first"), task("second"), task("third"), task("last", "first", "second")]}
