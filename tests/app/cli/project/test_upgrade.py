"""A later version is merged into a project of one's own: what is theirs stays, what is gone too."""

import json
from pathlib import Path

import pytest

from app.cli.errors import NotMerged, NotWritten
from app.cli.project.git import Repository
from app.cli.project.own_project import make_project
from app.cli.project.upgrade import Upgrade, merge_version
from tests.app.cli.project.own_checkout import PROJECT, commit, git, make_checkout
from tests.app.cli.project.small_project import FILES, files_in

LOCK = 'version = 1\n\n[[package]]\nname = "fanjoin"\nsource = { editable = "." }\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "fanjoin", lock=LOCK)


@pytest.fixture
def own(checkout: Path, tmp_path: Path) -> Path:
    """A project that has only `painter` left, and no lock: uv is for the proof."""
    folder = tmp_path / "acme"
    make_project(checkout, folder, "Acme", ["painter"])
    commit(folder, "Do without a lock", **{"uv.lock": None})
    return folder


def upgrade(own: Path, version: str | None = None) -> Upgrade:
    return merge_version(Repository(own), version)


def test_later_version_is_merged_and_the_project_keeps_its_names_and_graphs(
    checkout: Path, own: Path
) -> None:
    commit(own, "Mine", **{"graphs/mine.py": "# mine\n", "graphs/painter.py": "# mine, too\n"})
    commit(
        checkout,
        "Later",
        **{
            "README.md": "# Fanjoin, later\n",
            "app/project.py": PROJECT.replace("2.5.0", "2.6.0"),
            "graphs/kit/fanout.py": "# the kit, later\n",
            "graphs/reader/graph.py": "# the reader, later\n",
            "graphs/reader/another.py": "",
            "graphs/adapters/pages/__init__.py": "# later\n",
            "tests/graphs/reader/test_another.py": "",
            "pyproject.toml": FILES["pyproject.toml"].replace('"PyYAML>=6"', '"PyYAML>=7"'),
            "extras.txt": "later\nother\npages\n",
        },
    )
    before = files_in(own)

    merged = upgrade(own)

    after = files_in(own)
    assert merged.commit == git(checkout, "rev-parse", "HEAD").strip()
    assert git(own, "status", "--porcelain") == ""
    assert git(own, "merge-base", "HEAD", merged.commit).strip() == merged.commit
    assert after["graphs/kit/fanout.py"] == "# the kit, later\n"
    assert '"PyYAML>=7"' in after["pyproject.toml"]
    assert after["extras.txt"] == "later\nother\n"
    for name in ("README.md", "app/project.py", "graphs/painter.py", "graphs/mine.py"):
        assert after[name] == before[name]
    assert list(json.loads(after["langgraph.json"])["graphs"]) == ["painter"]
    assert not [name for name in after if "reader" in name or "pages" in name]


def test_there_is_nothing_to_merge_twice(checkout: Path, own: Path) -> None:
    commit(checkout, "Later", **{"graphs/kit/more.py": ""})

    first, second = upgrade(own), upgrade(own)

    assert first.commit
    assert second.commit == ""


def test_two_versions_can_be_merged_one_after_the_other(checkout: Path, own: Path) -> None:
    for number in "12":
        commit(
            checkout,
            number,
            **{"graphs/reader/graph.py": f"# {number}\n", "graphs/kit/n.py": number},
        )
        upgrade(own)

    assert (own / "graphs" / "kit" / "n.py").read_text() == "2"
    assert not (own / "graphs" / "reader").exists()


def test_adapter_that_a_graph_of_ones_own_needs_is_upgraded_not_removed(
    checkout: Path, own: Path
) -> None:
    commit(own, "Need it", **{"graphs/mine.py": "from graphs.adapters import lines\n"})
    git(own, "rm", "--quiet", "graphs/painter.py", "graphs/adapters/pictures.py")
    registry = json.loads((own / "langgraph.json").read_text())
    registry["graphs"] = {"mine": "./graphs/mine.py:graph"}
    commit(own, "Remove", **{"langgraph.json": json.dumps(registry)})
    commit(checkout, "Later", **{"graphs/adapters/lines.py": "# later\n"})

    upgrade(own)

    assert (own / "graphs" / "adapters" / "lines.py").read_text() == "# later\n"
    assert not (own / "graphs" / "adapters" / "pictures.py").exists()


def test_new_graph_is_left_out_and_named_where_graphs_were_removed(
    checkout: Path, own: Path
) -> None:
    registry = json.loads((checkout / "langgraph.json").read_text())
    registry["graphs"]["newest"] = "./graphs/newest.py:graph"
    commit(
        checkout,
        "Add",
        **{"langgraph.json": json.dumps(registry), "graphs/newest.py": ""},
    )

    merged = upgrade(own)

    assert merged.new_graphs == ["newest"]
    assert not (own / "graphs" / "newest.py").exists()
    assert list(json.loads((own / "langgraph.json").read_text())["graphs"]) == ["painter"]


def test_conflict_is_told_in_words_and_the_next_call_goes_on(checkout: Path, own: Path) -> None:
    commit(own, "Mine", **{"graphs/kit/fanout.py": "# mine\n"})
    commit(checkout, "Later", **{"graphs/kit/fanout.py": "# later\n"})

    for _ in "12":
        with pytest.raises(NotMerged, match=r"graphs/kit/fanout.py(.|\n)*git add(.|\n)*--abort"):
            upgrade(own)
    (own / "graphs" / "kit" / "fanout.py").write_text("# both\n")
    git(own, "add", "graphs/kit/fanout.py")
    merged = upgrade(own)

    assert merged.commit == git(checkout, "rev-parse", "HEAD").strip()
    assert git(own, "status", "--porcelain") == ""
    assert git(own, "log", "--format=%p", "-1").count(" ") == 1


def test_new_graph_is_named_after_a_conflict_too(checkout: Path, own: Path) -> None:
    registry = json.loads((checkout / "langgraph.json").read_text())
    registry["graphs"]["newest"] = "./graphs/newest.py:graph"
    later = {"langgraph.json": json.dumps(registry), "graphs/newest.py": ""}
    commit(own, "Mine", **{"graphs/kit/fanout.py": "# mine\n"})
    commit(checkout, "Later", **{"graphs/kit/fanout.py": "# later\n", **later})

    for _ in "12":
        with pytest.raises(NotMerged):
            upgrade(own)
    git(own, "add", "graphs/kit/fanout.py")
    merged = upgrade(own)

    assert merged.commit == git(checkout, "rev-parse", "HEAD").strip()
    assert merged.new_graphs == ["newest"]


def test_file_that_one_side_deleted_is_told_as_such(checkout: Path, own: Path) -> None:
    commit(own, "Mine", **{"graphs/kit/fanout.py": "# mine\n", "docker/compose.yaml": None})
    commit(
        checkout,
        "Later",
        **{"graphs/kit/fanout.py": None, "docker/compose.yaml": "name: fanjoin\n"},
    )

    with pytest.raises(NotMerged) as refused:
        upgrade(own)

    assert "graphs/kit/fanout.py: changed here, deleted in the later version" in str(refused.value)
    assert "docker/compose.yaml: deleted here, changed in the later version" in str(refused.value)


def test_graph_made_of_a_removed_one_is_no_conflict(checkout: Path, own: Path) -> None:
    text = (own / "graphs" / "painter.py").read_text()
    registry = {"graphs": {"mine": "./graphs/mine.py:graph"}}
    commit(
        own,
        "Mine",
        **{
            "graphs/mine.py": text,
            "graphs/painter.py": None,
            "langgraph.json": json.dumps(registry),
        },
    )
    commit(checkout, "Later", **{"graphs/painter.py": f"{text}# later\n"})

    upgrade(own)

    assert (own / "graphs" / "mine.py").read_text() == text
    assert not (own / "graphs" / "painter.py").exists()


def test_merge_that_is_taken_back_can_be_begun_again(checkout: Path, own: Path) -> None:
    commit(own, "Mine", **{"graphs/kit/fanout.py": "# mine\n"})
    commit(checkout, "Later", **{"graphs/kit/fanout.py": "# later\n"})
    with pytest.raises(NotMerged):
        upgrade(own)

    git(own, "merge", "--abort")

    assert git(own, "status", "--porcelain") == ""
    with pytest.raises(NotMerged):
        upgrade(own)


def test_version_can_be_named(checkout: Path, own: Path) -> None:
    commit(checkout, "One", **{"graphs/kit/n.py": "1"})
    git(checkout, "tag", "v1")
    commit(checkout, "Two", **{"graphs/kit/n.py": "2"})

    upgrade(own, "v1")
    with pytest.raises(NotWritten, match="has no version 'v9'"):
        upgrade(own, "v9")

    assert (own / "graphs" / "kit" / "n.py").read_text() == "1"


def test_changes_that_are_not_committed_are_refused(own: Path) -> None:
    (own / "mine.txt").write_text("")

    with pytest.raises(NotWritten, match="has changes"):
        upgrade(own)


def test_project_without_the_remote_says_how_to_add_it(own: Path) -> None:
    git(own, "remote", "remove", "fanjoin")

    with pytest.raises(NotWritten, match="git remote add fanjoin"):
        upgrade(own)
