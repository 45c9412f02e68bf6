"""From settings to weights that this machine can serve, or one clear reason why not."""

from pathlib import Path

from app.local_llm.fetch import choose, fetch
from app.local_llm.machine import Machine, require_able
from app.local_llm.source import Progress
from app.local_llm.weights import Weights
from app.settings import Settings


def provision(settings: Settings, progress: Progress) -> Path:
    """Check the machine first, then find or fetch the weights. Blocks while it fetches."""
    wanted = choose(settings)
    size = wanted.size if isinstance(wanted, Weights) else wanted.stat().st_size
    require_able(Machine.read(), weights_size=size)
    return fetch(settings, progress)
