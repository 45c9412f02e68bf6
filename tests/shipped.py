"""The graphs that Fanjoin ships. A project removes what it does not need, and adds its own.

They follow rules of the house beyond what a graph must have; nothing needs one of them.
"""

import json

from tests.machine import ROOT

SHIPPED = {
    *("two_researchers", "two_reviewers"),
    *("topic_brief", "parallel_tasks", "topic_batch", "text_insights", "research", "specialists"),
    *("race", "trip_plan", "campaign", "content_gate", "media_review", "plan_and_execute", "panel"),
}


def has_all_shipped_graphs() -> bool:
    return set(json.loads((ROOT / "langgraph.json").read_text())["graphs"]) >= SHIPPED
