"""A draft as a message file (`.eml`): plain text, HTML, and the picture that the HTML shows.

The picture is a part of the message, named by `cid:` (RFC 2392), which mail clients do show.
"""

import re
from base64 import b64decode
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

from graphs.campaign.email.draft import Draft
from graphs.campaign.email.html import html_of
from graphs.campaign.email.text import text_of
from graphs.campaign.images.picture import Picture

_PICTURE = "picture"
_PLAIN_CHARS = 78 - len("Subject: ")
_ALL_ASCII = SMTP.clone(cte_type="7bit")


def message_of(draft: Draft) -> str:
    """Return the message in ASCII, the same for the same draft; it has no sender and no recipient.

    `X-Unsent` makes mail programs open it as a draft to be sent, where they know it.
    """
    message = EmailMessage(_ALL_ASCII)
    message["X-Unsent"] = "1"
    html = html_of(draft, source=f"cid:{_PICTURE}")
    message.set_content(text_of(draft))
    message.add_alternative(html, subtype="html")
    if draft.picture:
        _add(draft.picture, message)
    # Python's own would be random. Nobody can write a text that holds its own hash.
    digest = sha256(html.encode()).hexdigest()[:32]
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"part-{number}-{digest}")
    return f"Subject: {_encoded(draft.subject)}\r\n{message.as_bytes().decode('ascii')}"


def _encoded(subject: str) -> str:
    """Return a subject as RFC 2047 writes it, in lines that belong together.

    Not left to EmailMessage: that decodes an encoded word which it is given, a hidden line break
    and all, and loses spaces where it breaks a long subject.
    """
    if re.search(r"[\r\n]", subject):
        raise ValueError("a subject must not contain a linefeed")
    if subject.isascii() and "=?" not in subject and len(subject) <= _PLAIN_CHARS:
        return subject
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _add(picture: Picture, message: EmailMessage) -> None:
    html = message.get_body(("html",))
    if html is None:
        raise LookupError("the message has no HTML to show a picture in")
    maintype, _, subtype = picture["media_type"].partition("/")
    content = b64decode(picture["base64"])
    html.add_related(
        content, maintype, subtype, cid=f"<{_PICTURE}>", filename=f"{_PICTURE}.{subtype}"
    )
