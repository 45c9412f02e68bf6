"""What other files say of a graph, a variable or a command, as text without it."""

import re
from collections.abc import Collection

_BLOCK = r"<details>\n<summary><code>{}</code></summary>\n.*?</details>\n"


def document_without(
    text: str, *, graphs: Collection[str], variables: Collection[str], commands: Collection[str]
) -> str:
    """Leave out the table rows of these, and the graphs' drawings."""
    for graph_id in graphs:
        text = re.sub(_BLOCK.format(re.escape(graph_id)), "", text, flags=re.DOTALL)
    names = {*graphs, *variables}
    begins = tuple(
        [f"| `{name}` |" for name in names] + [f"| `fanjoin {name} " for name in commands]
    )
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(begins))


def env_example_without(text: str, variables: Collection[str]) -> str:
    begins = tuple(f"# {name}=" for name in variables)
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(begins))


def variables_in(text: str) -> set[str]:
    """Return the variables that .env.example names."""
    return set(re.findall(r"^# ([A-Z][A-Z0-9_]*)=", text, re.MULTILINE))


def commands_in(pyproject: str) -> dict[str, str]:
    """Return the commands that the graphs bring, each with its module."""
    return {match[2]: match[3] for match in _commands(pyproject)}


def pyproject_without(text: str, commands: Collection[str]) -> str:
    """Leave out the entry points of these commands, and no other line."""
    for match in _commands(text):
        if match[2] in commands:
            text = text.replace(match[1], "", 1)
    return text


def _commands(text: str) -> list[re.Match[str]]:
    begin = text.find('[project.entry-points."fanjoin.commands"]')
    if begin < 0:
        return []
    section = re.split(r"\n(?=\[)", text[begin:], maxsplit=1)[0]
    return list(re.finditer(r'(?m)^(([\w-]+) *= *"([\w.]+):\w+"\n?)', section))
