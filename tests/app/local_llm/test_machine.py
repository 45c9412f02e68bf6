"""What a machine must have, with stated numbers."""

import os
from pathlib import Path

import pytest

from app.errors import ModelUnavailable
from app.local_llm.machine import (
    GIB,
    Machine,
    available_memory,
    cpu_ticks,
    missing_cpu_features,
    require_able,
    require_disk,
    usable_cores,
)
from app.local_llm.process import threads_for

ABLE = Machine(has_llama=True, available_memory=4 * GIB, missing_cpu_features=frozenset())


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_this_machine_is_able_to_run_small_weights() -> None:
    require_able(Machine.read(), weights_size=1)


def test_able_machine_has_no_shortcomings() -> None:
    assert ABLE.shortcomings(weights_size=GIB) == []


def test_every_shortcoming_is_named_at_once_with_both_ways_on() -> None:
    poor = Machine(
        has_llama=False,
        available_memory=GIB // 2,
        missing_cpu_features=frozenset({"fma", "avx2"}),
    )

    with pytest.raises(ModelUnavailable) as failure:
        require_able(poor, weights_size=GIB)

    message = str(failure.value)
    assert "uv sync --extra local" in message
    assert "lacks avx2, fma" in message
    assert "1.7 GiB of memory are needed, 0.5 GiB are available" in message
    assert "OPENAI_BASE_URL" in message
    assert "FANJOIN_LOCAL_MODEL=" in message


def test_memory_that_cannot_be_read_is_taken_to_be_enough(tmp_path: Path) -> None:
    assert available_memory(tmp_path) is None
    unknown = Machine(has_llama=True, available_memory=None, missing_cpu_features=frozenset())
    assert unknown.shortcomings(weights_size=GIB) == []


def test_available_memory_is_what_the_kernel_says(tmp_path: Path) -> None:
    write(tmp_path, "proc/meminfo", "MemTotal: 9000 kB\nMemFree: 100 kB\nMemAvailable: 2048 kB\n")

    assert available_memory(tmp_path) == 2 << 20


def test_limit_of_the_container_counts_without_its_file_cache(tmp_path: Path) -> None:
    write(tmp_path, "proc/meminfo", "MemAvailable: 9000000 kB\n")
    write(tmp_path, "sys/fs/cgroup/memory.max", "1000\n")
    write(tmp_path, "sys/fs/cgroup/memory.current", "700\n")
    write(tmp_path, "sys/fs/cgroup/memory.stat", "anon 400\ninactive_file 300\n")

    assert available_memory(tmp_path) == 600


def test_container_without_a_limit_has_the_machines_memory(tmp_path: Path) -> None:
    write(tmp_path, "proc/meminfo", "MemAvailable: 1 kB\n")
    write(tmp_path, "sys/fs/cgroup/memory.max", "max\n")

    assert available_memory(tmp_path) == 1024


def test_missing_processor_features_are_read_on_x86_only(tmp_path: Path) -> None:
    write(tmp_path, "proc/cpuinfo", "processor : 0\nflags\t\t: fpu sse2 f16c fma bmi2\n")

    assert missing_cpu_features(tmp_path, "x86_64") == {"avx2"}
    assert missing_cpu_features(tmp_path, "aarch64") == frozenset()


def test_processor_that_cannot_be_read_is_taken_to_be_able(tmp_path: Path) -> None:
    assert missing_cpu_features(tmp_path, "x86_64") == frozenset()


@pytest.mark.parametrize("quota", ["100000 100000", "50000 100000"])
def test_cores_are_limited_by_the_containers_quota(tmp_path: Path, quota: str) -> None:
    write(tmp_path, "sys/fs/cgroup/cpu.max", quota)

    assert usable_cores(tmp_path) == 1


@pytest.mark.parametrize("quota", ["max 100000", "99900000 100000"])
def test_wide_quota_leaves_every_core(tmp_path: Path, quota: str) -> None:
    write(tmp_path, "sys/fs/cgroup/cpu.max", quota)

    assert usable_cores(tmp_path) == len(os.sched_getaffinity(0))


def test_disk_with_room_is_accepted(tmp_path: Path) -> None:
    require_disk(tmp_path, needed=1)


def test_disk_without_room_names_folder_and_setting(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=f"{tmp_path}.*FANJOIN_MODEL_CACHE_DIR"):
        require_disk(tmp_path, needed=1 << 60)


@pytest.mark.parametrize(
    ("before", "after", "idle"),
    [
        ("100 0 50 800 50 0 0 0 9 9", "110 0 55 975 55 0 0 0 9 9", True),
        ("100 0 50 800 50 0 0 0 9 9", "200 0 50 900 50 0 0 0 9 9", False),
        ("100 0 50 800 50 0 0 0 9 9", "100 0 50 850 50 0 0 60 9 9", False),
    ],
    ids=["idle", "busy", "taken by another guest"],
)
def test_processors_are_idle_that_did_nearly_nothing_meanwhile(
    tmp_path: Path, before: str, after: str, idle: bool
) -> None:
    write(tmp_path, "proc/stat", f"cpu  {before}\ncpu0 1 2 3\n")
    earlier = cpu_ticks(tmp_path)
    write(tmp_path, "proc/stat", f"cpu  {after}\ncpu0 1 2 3\n")

    assert cpu_ticks(tmp_path).were_idle_since(earlier) is idle


def test_processors_that_cannot_be_read_count_as_idle(tmp_path: Path) -> None:
    assert cpu_ticks(tmp_path).were_idle_since(cpu_ticks(tmp_path))


@pytest.mark.parametrize(("cores", "idle", "busy"), [(1, 1, 1), (2, 2, 1), (3, 2, 2), (8, 7, 7)])
def test_model_leaves_one_core_free_unless_there_are_two_and_both_idle(
    cores: int, idle: int, busy: int
) -> None:
    assert threads_for(cores, are_idle=True) == idle
    assert threads_for(cores, are_idle=False) == busy
