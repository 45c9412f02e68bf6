"""A draft as plain text, for whoever reads no HTML, and for the filters that look for it."""

import textwrap

from graphs.campaign.email.draft import Draft

_COLUMNS = 76


def text_of(draft: Draft) -> str:
    """Return the draft's words in short lines; the link stands whole on its own."""
    words = [draft.body.headline, *draft.body.paragraphs]
    wrapped = (textwrap.fill(one, _COLUMNS, break_on_hyphens=False) for one in words)
    return "\n\n".join([*wrapped, f"{draft.action}:\n{draft.url}"]) + "\n"
