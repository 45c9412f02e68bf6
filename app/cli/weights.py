"""Fetches the embedded model's weights with words and a bar for who waits."""

from pathlib import Path

from app.cli.view.fetch_bar import fetch_bar
from app.cli.view.terminal import stderr
from app.local_llm.fetch import cache_folder, locate, provision
from app.local_llm.machine import Machine
from app.local_llm.weights import KNOWN, Weights
from app.settings import Settings


def provide_weights(settings: Settings) -> Path:
    """Return where the weights are; before a download, say what it is and how to skip it.

    Raises:
        ModelUnavailable: this machine cannot run the model, or cannot fetch it.
    """
    announce_download(settings)
    with fetch_bar() as progress:
        return provision(settings, progress)


def announce_download(settings: Settings, *, force: bool = False) -> None:
    """Say in one line what will be downloaded, if anything is."""
    weights = KNOWN.get(settings.local_model)
    if weights is None or (locate(settings) is not None and not force):
        return
    if not Machine.read().shortcomings(weights_size=weights.size):
        stderr().print(_announcement(weights, cache_folder(settings)), soft_wrap=True)


def _announcement(weights: Weights, folder: Path) -> str:
    return (
        f"Downloading {weights.name} ({weights.size / 1e9:.1f} GB, once) to {folder}. To skip it: "
        f"set OPENAI_API_KEY or OPENAI_BASE_URL, or FANJOIN_LOCAL_MODEL=off."
    )
