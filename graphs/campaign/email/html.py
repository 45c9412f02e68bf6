"""A draft as HTML that mail clients understand: tables, and every style inside its tag.

Many clients drop style sheets, so css-inline writes each rule into the tags it is for. Jinja2
escapes every word that is put in; there is no script, and nothing is loaded from outside.
"""

from functools import cache
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from graphs.campaign.email.draft import Draft
from graphs.campaign.images.contrast import ink_on


def html_of(draft: Draft, *, source: str | None = None) -> str:
    """Return the draft as one HTML document; its picture is found at `source`.

    Left out, the picture itself stands there as a data: URI. Every browser shows that, most mail
    clients do not (Gmail and Outlook among them): they get the `message_of` the draft.
    """
    if source is None and draft.picture:
        source = f"data:{draft.picture['media_type']};base64,{draft.picture['base64']}"
    html = _template().render(draft=draft, source=source, ink=ink_on(draft.colour))
    return _inliner().inline(html)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("email.html.j2")


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False)
