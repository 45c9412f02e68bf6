"""Names say what they name in the field's words; these words say too little, or too many things."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

GONE = {"told", "asked", "kept", "begun", "taken", "settled", "found", "take up"}
"""`stored`, `finished`, `requested`, `question`, `claimed`, `recovered` and others say it."""

FOLDERS = ["app", "graphs/kit", "tests"]

_GONE_IN_TEXTS = re.compile(
    r"\b(?:mend|told|asked|kept|handed|begun|nobody|anybody|whoever|meanwhile|grave|"
    r"(?:taken?|takes|took|taking) up|(?:come|comes|came) along|(?:go|goes|went) away|"
    r"(?:not be|not to be|be) had|stands? (?:in|outside|here|for))\b",
    re.IGNORECASE,
)
"""In messages, log lines and help: `asked`, `nobody` and others as STYLE's table has them."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def gone_words(name: str) -> set[str]:
    """Return those words of a name, in snake or camel case, that are gone."""
    words = " ".join(_WORDS.findall(name)).lower()
    words = re.sub(r"\bnot found\b", "", words)  # HTTP's and Python's own
    return {gone for gone in GONE if re.search(rf"\b{gone}\b", words)}


def defined_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield what a module gives a name to, and where; the names of tests are sentences."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if not name.startswith("test_"):
                    yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)):
                yield node.lineno, name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name
            case ast.MatchMapping(rest=str(name)):
                yield node.lineno, name


def violations(folder: Path) -> list[str]:
    """Return the files and the names in them that use a word that is gone."""
    lines = []
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(ROOT)
        module = path.parent.name if path.stem == "__init__" else path.stem
        names = [(1, module), *defined_names(ast.parse(path.read_text(encoding="utf-8")))]
        lines += [f"{place}:{line}: {name}" for line, name in sorted(names) if gone_words(name)]
    return lines


def shown_texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield a module's texts with a space in them; of docstrings, only the help of commands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if " " in text and id(node) not in statements:
                yield node.lineno, text
            case ast.FunctionDef(name=name) if path.parent.name == "commands" and name[0] != "_":
                yield node.lineno, ast.get_docstring(node) or ""


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_name_uses_a_word_that_is_gone(folder: str) -> None:
    assert violations(ROOT / folder) == []


@pytest.mark.parametrize("folder", ["app", "graphs/kit"])
def test_no_message_log_line_or_help_uses_a_word_that_is_gone(folder: str) -> None:
    uses = [
        f"{path.relative_to(ROOT)}:{line}: {gone[0]}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, text in shown_texts(path)
        if (gone := _GONE_IN_TEXTS.search(text))
    ]

    assert uses == []


def test_messages_log_lines_and_help_are_seen_and_docstrings_are_not(tmp_path: Path) -> None:
    module = tmp_path / "commands" / "kept.py"
    module.parent.mkdir()
    module.write_text(
        '''"""One docstring"""
def show(limit=Option(help="Two words.")):
    """Three words."""
    logger.info("four words")
    raise Error(f"five {limit} words")
def _inner():
    """Six words"""
NAME = 1
"""Seven words"""
'''
    )

    texts = {text for _, text in shown_texts(module)}

    assert texts == {"Two words.", "Three words.", "four words", "five ", " words"}


@pytest.mark.parametrize(
    "name", ["NotFound", "not_found", "GraphNotFound", "foundation", "take", "TAKEOVER", "basked"]
)
def test_word_is_allowed(name: str) -> None:
    assert not gone_words(name)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("found", "found"),
        ("_is_kept", "kept"),
        ("ALL_ASKED", "asked"),
        ("KeptRuns", "kept"),
        ("takeUp", "take up"),
        ("take_up", "take up"),
        ("TOLD2", "told"),
        ("HTTPFound", "found"),
        ("not_begun_found", "begun"),
    ],
)
def test_word_is_seen(name: str, word: str) -> None:
    assert word in gone_words(name)


def test_every_way_to_give_a_name_is_seen_and_no_other() -> None:
    source = """
import a1 as a2
from b1 import b2 as b3
def c1(c2, /, c3, *c4, c5=c6, **c7): c8.c9 = d1
async def test_d2(d3): pass
class E1(E2, metaclass=E3): e4: int = 0
f1, (f2, *f3) = f4(f5=f6)
f7["f8"] = f9
for g1 in g2: pass
with h1 as h2: pass
[i1 for i2 in i3 if (i4 := i5)]
lambda j1: j2
try: pass
except K1 as k2: pass
match l1:
    case {"l2": l3, **l4}: pass
    case [l5, *l6] as l7: pass
    case L8(l9=m1): pass
n1 += 1
"""

    names = {name for _, name in defined_names(ast.parse(source))}

    seen = "a2 b3 c1 c2 c3 c4 c5 c7 c9 d3 E1 e4 f1 f2 f3 g1 h2 i2 i4 j1 k2 l3 l4 l5 l6 l7 m1 n1"
    assert " ".join(sorted(names, key=str.lower)) == seen
