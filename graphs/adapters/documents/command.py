"""Your own documents: index a folder, list what is indexed, search it."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from graphs.adapters.documents.files import SkippedFile, find_documents
from graphs.adapters.documents.index import writable_index
from graphs.adapters.documents.indexing import Indexing, index_folder
from graphs.adapters.documents.source import SAMPLES, Documents, index_file, open_own_index
from graphs.adapters.errors import SourceError

commands = typer.Typer(help=__doc__, no_args_is_help=True)

_NONE_YET = (
    f"No documents are indexed yet; until then the samples in {SAMPLES} are searched. "
    "`fanjoin documents index FOLDER` indexes your own."
)
_NAMES_SHOWN = 3
_CHARS_SHOWN = 300

FolderArgument = Annotated[
    Path, typer.Argument(metavar="FOLDER", exists=True, file_okay=False, help="Where they are.")
]


@commands.command("index")
def index_documents(folder: FolderArgument) -> None:
    """Index the text, Markdown and PDF files of a folder and of those below it.

    Only changed files are read again; deleted files are removed from the index.
    """
    contents = find_documents(folder)
    with _reported_errors(), writable_index(index_file()) as index:
        done = list(
            _followed(index_folder(index, contents), contents.folder, len(contents.documents))
        )
    indexed = [indexing for indexing in done if indexing.skipped is None]
    skipped = [SkippedFile(one.path, one.skipped) for one in done if one.skipped]
    _tell_skipped(contents.folder, contents.skipped + skipped)
    if not indexed:
        _complain(f"nothing in {contents.folder} could be indexed")
        raise typer.Exit(1)
    passages = sum(indexing.passages for indexing in indexed)
    unchanged = sum(indexing.is_unchanged for indexing in indexed)
    _say(
        f"{contents.folder}: {_counted(len(indexed), 'file')}, {_counted(passages, 'passage')}; "
        f"{unchanged:,} unchanged."
    )


@commands.command("list")
def list_documents() -> None:
    """List the indexed documents, each with the number of its passages."""
    with _reported_errors(), open_own_index() as index:
        if index is None:
            _complain(_NONE_YET)
            return
        for file in index.files():
            _say(f"{file.passages:>6,}  {file.path}")


@commands.command("search")
def search_documents(
    query: Annotated[str, typer.Argument(help="A question, or words to look for.")],
    limit: Annotated[int, typer.Option(min=1, help="The most passages to show.")] = 5,
) -> None:
    """Show the passages that the research graph would find; exit 1 when there are none."""
    documents = Documents()
    with _reported_errors():
        if asyncio.run(documents.is_sample()):
            _complain(_NONE_YET)
        hits = asyncio.run(documents.search(query, limit=limit))
    if not hits:
        _complain("nothing was found")
        raise typer.Exit(1)
    for number, hit in enumerate(hits, start=1):
        _say(f"{number}. {hit['title']}")
        _say(f"   {hit['url']}")
        _say(f"   {_shortened(hit['text'])}")


def _followed(steps: Iterable[Indexing], folder: Path, total: int) -> Iterator[Indexing]:
    """Draw a bar on a terminal, print a line for each document that was read elsewhere."""
    console = Console(stderr=True, markup=False)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=total)
        for step in steps:
            name = _plain(str(step.path.relative_to(folder)))
            bar.update(task, advance=1, description=name)
            if not console.is_terminal and not step.is_unchanged and step.skipped is None:
                _say(f"{name}: {_counted(step.passages, 'passage')}")
            yield step


def _tell_skipped(folder: Path, skipped: Iterable[SkippedFile]) -> None:
    names: defaultdict[str, list[str]] = defaultdict(list)
    for file in skipped:
        names[file.reason].append(str(file.path.relative_to(folder)))
    for reason, those in names.items():
        more = f" and {len(those) - _NAMES_SHOWN:,} more" if len(those) > _NAMES_SHOWN else ""
        _say(f"skipped, {reason}: {', '.join(those[:_NAMES_SHOWN])}{more}")


@contextmanager
def _reported_errors() -> Iterator[None]:
    try:
        yield
    except SourceError as error:
        _complain(str(error))
        raise typer.Exit(1) from error


def _say(line: str) -> None:
    typer.echo(_plain(line))


def _complain(message: str) -> None:
    typer.echo(f"fanjoin: {_plain(message)}", err=True)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _CHARS_SHOWN else f"{line[:_CHARS_SHOWN].rsplit(maxsplit=1)[0]} …"


def _plain(text: str) -> str:
    """Take out what could steer the terminal: names and texts are anybody's."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
