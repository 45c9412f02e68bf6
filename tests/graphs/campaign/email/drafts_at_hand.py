"""A draft to assemble emails from, and the worst words to put into it."""

from dataclasses import replace
from typing import Any

from graphs.campaign.email.draft import Draft
from graphs.campaign.email.writing import Body
from graphs.campaign.images.picture import Picture
from tests.image_answers import in_base64, orange_png

PNG = orange_png(96, 64)

HOSTILE = (
    '"><script>alert(1)</script></style><img src=x onerror=alert(1)> {{ 7*7 }} {% raw %} &lt;b>'
)


def draft(**changed: Any) -> Draft:
    whole = Draft(
        subject="Light for the way home",
        body=Body(
            preheader="It lights up by itself.",
            headline="Home in your own light",
            paragraphs=["The days are short.", "Halo lights up by itself: voilà."],
        ),
        action="See the light",
        url="https://example.com/halo?a=1&b=2",
        colour="#1f6f5c",
        language="en",
        picture=Picture(kind="card", media_type="image/png", base64=in_base64(PNG), svg=None),
        alt="Halo bicycle light",
    )
    return replace(whole, **changed)


def hostile_draft() -> Draft:
    words = Body(preheader=HOSTILE, headline=HOSTILE, paragraphs=[HOSTILE, HOSTILE])
    return draft(subject=HOSTILE, body=words, action=HOSTILE, alt=HOSTILE)
