"""A page as tests look at it: by selector, and what is asked for must be there."""

from selectolax.lexbor import LexborHTMLParser, LexborNode


class HtmlPage:
    """A parsed HTML document."""

    def __init__(self, html: str) -> None:
        self._page = LexborHTMLParser(html)

    def all(self, selector: str) -> list[LexborNode]:
        return self._page.css(selector)

    def text(self, selector: str) -> str:
        """Return the words in the first element that fits."""
        return self._first(selector).text()

    def texts(self, selector: str) -> list[str]:
        return [node.text() for node in self.all(selector)]

    def attribute(self, selector: str, name: str) -> str:
        """Return an attribute of the first element that fits; empty when it has none."""
        return self._first(selector).attributes.get(name) or ""

    def _first(self, selector: str) -> LexborNode:
        nodes = self.all(selector)
        assert nodes, f"the page has no {selector}"
        return nodes[0]
