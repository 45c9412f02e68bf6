"""Whether this machine can run the embedded model, said before anything is fetched."""

import importlib.util
import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from app.errors import ModelUnavailable

WAYS_ON = """\
Two ways on:
  1. use a model server: set OPENAI_API_KEY or OPENAI_BASE_URL (and FANJOIN_MODEL, its name);
  2. put a GGUF file anywhere and set FANJOIN_LOCAL_MODEL=/path/to/file.gguf"""

GIB = 1 << 30

WORKING_MEMORY = 700 << 20
"""Beside the weights: contexts and batch buffers (measured with the 1.5B model: 0.3 GiB)."""

DISK_SLACK = 100 << 20

BUSY_SHARE = 0.25
"""Of all processors' time: half of one of two."""

CPU_FEATURES = frozenset({"avx2", "bmi2", "f16c", "fma"})
"""What the x86-64 wheel of xllamacpp was compiled for; without them it dies of SIGILL."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The resources of a machine; one that cannot be read counts as enough."""

    has_llama: bool
    available_memory: int | None
    missing_cpu_features: frozenset[str]

    @classmethod
    def read(cls, root: Path = Path("/")) -> Self:
        return cls(
            has_llama=importlib.util.find_spec("xllamacpp") is not None,
            available_memory=available_memory(root),
            missing_cpu_features=missing_cpu_features(root, platform.machine()),
        )

    def shortcomings(self, *, weights_size: int) -> list[str]:
        """List every reason why weights of this many bytes cannot be served."""
        reasons = []
        if not self.has_llama:
            reasons.append("xllamacpp is not installed: `uv sync --extra local` installs it")
        if self.missing_cpu_features:
            reasons.append(f"the processor lacks {', '.join(sorted(self.missing_cpu_features))}")
        needed = weights_size + WORKING_MEMORY
        if self.available_memory is not None and self.available_memory < needed:
            reasons.append(
                f"{needed / GIB:.1f} GiB of memory are needed, "
                f"{self.available_memory / GIB:.1f} GiB are available"
            )
        return reasons


class CpuTicks(NamedTuple):
    """What the processors had to do since their start."""

    idle: int
    total: int

    def were_idle_since(self, before: "CpuTicks") -> bool:
        """Whether they have had nearly nothing to do; not known counts as so."""
        return self.idle - before.idle >= (self.total - before.total) * (1 - BUSY_SHARE)


def model_unavailable(problem: str, reasons: Sequence[str] = ()) -> ModelUnavailable:
    """Make the error for `problem`, with one line per reason and the ways on."""
    return ModelUnavailable("\n".join([problem, *(f"  - {reason}" for reason in reasons), WAYS_ON]))


def require_able(machine: Machine, *, weights_size: int) -> None:
    """Raise ModelUnavailable with every shortcoming at once."""
    if reasons := machine.shortcomings(weights_size=weights_size):
        raise model_unavailable("This machine cannot run the embedded model:", reasons)


def require_disk(folder: Path, *, needed: int) -> None:
    """Raise ModelUnavailable unless `folder` has room for `needed` bytes and a little more."""
    free = shutil.disk_usage(folder).free
    if free < needed + DISK_SLACK:
        reason = (
            f"{(needed + DISK_SLACK) / GIB:.1f} GiB are needed in {folder}, "
            f"{free / GIB:.1f} GiB are free (FANJOIN_MODEL_CACHE_DIR names another folder)"
        )
        raise model_unavailable("There is too little disk for the embedded model:", [reason])


def usable_cores(root: Path = Path("/")) -> int:
    """Count the cores this process may use, with the quota of its container."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota, _, period = _text(root / "sys/fs/cgroup/cpu.max").partition(" ")
    if quota.isdigit():
        cores = min(cores or 1, int(quota) // int(period))
    return max(1, cores or 1)


def cpu_ticks(root: Path = Path("/")) -> CpuTicks:
    """Read the ticks of all processors since their start; zeros where they cannot be read."""
    _, *ticks = _text(root / "proc/stat").partition("\n")[0].split() or [""]
    times = [int(tick) for tick in ticks[:8]]  # what follows is counted in these
    return CpuTicks(sum(times[3:5]), sum(times))


def available_memory(root: Path) -> int | None:
    """Read how many bytes are free or can be freed, with the limit of this container."""
    free = _fields(root / "proc/meminfo").get("MemAvailable")
    cgroup = root / "sys/fs/cgroup"
    limit = _text(cgroup / "memory.max")
    if not limit.isdigit():
        return None if free is None else free * 1024
    reclaimable = _fields(cgroup / "memory.stat").get("inactive_file", 0)
    used = int(_text(cgroup / "memory.current") or 0) - reclaimable
    left = max(0, int(limit) - used)
    return left if free is None else min(left, free * 1024)


def missing_cpu_features(root: Path, architecture: str) -> frozenset[str]:
    """Read which features an x86-64 processor lacks; empty where they cannot be read."""
    if architecture.lower() not in {"x86_64", "amd64"}:
        return frozenset()
    for line in _text(root / "proc/cpuinfo").splitlines():
        key, _, flags = line.partition(":")
        if key.strip() == "flags":
            return CPU_FEATURES - set(flags.split())
    return frozenset()


def _fields(path: Path) -> dict[str, int]:
    """Read lines like `MemFree:  12 kB` and `inactive_file 12`."""
    pairs = (line.split() for line in _text(path).splitlines())
    return {pair[0].rstrip(":"): int(pair[1]) for pair in pairs if len(pair) > 1}


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
