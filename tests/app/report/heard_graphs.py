"""The project's own graphs, each heard by the tests' record: `heard_graphs.py:topic_brief`."""

import json
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any

from tests.app.report.heard import HEARD
from tests.machine import ROOT

_DECLARED = json.loads((ROOT / "langgraph.json").read_text())["graphs"]


def __getattr__(name: str) -> Any:
    if name not in _DECLARED:
        raise AttributeError(name)
    file, _, variable = _DECLARED[name]["path"].partition(":")
    module = import_module(".".join(PurePosixPath(file).with_suffix("").parts))
    return getattr(module, variable).with_config(callbacks=[HEARD])
