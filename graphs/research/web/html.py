"""HTML as text to read: what the page says, without what stands around it.

Parsing HTML by the book takes time and memory that grow with the square of what a hostile page
nests, or of the attributes of one tag (a minute for a megabyte of them). So the page is cut after
so many tags, tags with too many attributes become text, and tags that a parser would open anew in
every paragraph after (`<b>` and its like: 50 KB of them take 3 GB) are made plain ones first.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from graphs.adapters.excerpts import excerpt

_MOST_TAGS = 20_000

_REOPENED = re.compile(
    r"<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE
)
"""The Standard's formatting elements."""

_MOST_ATTRIBUTES = 128
"""Of a tag."""

_LONGEST_NAME = 64
"""Of a tag."""

_SPACE = r"[\t\n\f\r ]"
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|(?!["'>])[^\t\n\f\r >]++)"""
_ATTRIBUTE = rf"[\t\n\f\r /]*+[^\t\n\f\r />][^\t\n\f\r />=]*+(?:{_SPACE}*+={_SPACE}*+{_VALUE})?+"
_OVERGROWN = re.compile(
    rf"<(?=/?[a-zA-Z](?:[^\t\n\f\r />]{{{_LONGEST_NAME}}}"
    rf"|[^\t\n\f\r />]*+(?:{_ATTRIBUTE}){{{_MOST_ATTRIBUTES + 1}}}))"
)
"""The beginning of a tag with more than that, by the Standard's tokenizer. Each `<` is judged by
itself, even in a comment or a script: what the parser takes for text is no way past it."""

_DROPPED = (
    "script, style, noscript, template, nav, header, footer, aside, form, button, select, iframe, "
    "svg, body [hidden], body [role=navigation], body [role=banner], body [role=contentinfo]"
)
_CONTENT = ("main", "[role=main]", "article")

_BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|div|dl|dt|fieldset|"
    "figcaption|figure|h[1-6]|hr|li|main|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|"
    "tr|ul"
)


def readable(html: str, chars: int) -> tuple[str, str]:
    """Return a page's title and its text, a line for each block, at most `chars` long."""
    tree = _tree(html)
    title = tree.css_first("title")
    name = _squeezed(title.text()) if title else ""
    for node in tree.css(_DROPPED):
        node.decompose()
    text = next((text for node in _contents(tree) if (text := _text(node, chars))), "")
    return name, excerpt(text, chars)


def text_of(fragment: str) -> str:
    """Return the text of a small piece of HTML, on one line."""
    body = _tree(fragment).body
    return _squeezed(body.text()) if body else ""


def _tree(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(_REOPENED.sub(r"<\1span", _OVERGROWN.sub("&lt;", _cut(html))))


def _cut(html: str) -> str:
    for count, tag in enumerate(re.finditer("<", html)):
        if count == _MOST_TAGS:
            return html[: tag.start()]
    return html


def _contents(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """Name where the content may be, the likeliest first: a page's `main` is at times empty."""
    for selector in _CONTENT:
        if node := tree.css_first(selector):
            yield node
    if tree.body:
        yield tree.body


def _text(root: LexborNode, chars: int) -> str:
    """Return the text below a node, read until there is clearly enough."""
    lines: list[str] = []
    line: list[str] = []
    total = 0
    for node in root.traverse(include_text=True):
        if _begins_line(node):
            lines.append(_squeezed("".join(line)))
            line.clear()
            total += len(lines[-1])
            if total > chars:
                break
        if node.is_text_node:
            line.append(node.text_content or "")
    lines.append(_squeezed("".join(line)))
    return "\n".join(filter(None, lines))


def _begins_line(node: LexborNode) -> bool:
    return _is_block(node) or (node.prev is not None and _is_block(node.prev))


def _is_block(node: LexborNode) -> bool:
    return _BLOCK.fullmatch(node.tag or "") is not None


def _squeezed(text: str) -> str:
    return " ".join(text.split())
