"""The links of a submission: those it lists, and those in its body."""

import re
import unicodedata
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import islice
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from graphs.adapters.excerpts import excerpt
from graphs.content_gate.submissions.rules import Rules
from graphs.content_gate.submissions.submission import Reason, Submission, place_in

_LINK = re.compile(r"\b[a-z][a-z0-9+.-]{0,20}://[^\s<>\"']+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}"
"""What ends the sentence around a link, not the link."""

_MOST_REASONS = 20
"""Bad links beyond this are not told one by one."""


class _Link(NamedTuple):
    text: str
    position: int
    """Its place in the list, or in the body's text."""

    is_listed: bool

    def place(self, submission: Submission) -> str:
        if self.is_listed:
            return f"links[{self.position}]"
        return place_in("body", submission.body, self.position)


def find_links(submission: Submission, rules: Rules) -> Iterator[Reason]:
    """Yield a reason for too many links, and one for each that breaks a rule, up to a bound."""
    links = list(_links_of(submission))
    if len(links) > rules.max_links:
        message = f"{len(links)} links, and {rules.max_links} are allowed"
        yield _reason("too_many_links", message, "links")
    faulty = ((link, code, why) for link in links for code, why in _faults_of(link.text, rules))
    for link, code, why in islice(faulty, _MOST_REASONS):
        message = f"{excerpt(link.text, 80)!a} {why}"
        yield _reason(code, message, link.place(submission))


def _links_of(submission: Submission) -> Iterator[_Link]:
    for index, link in enumerate(submission.links):
        yield _Link(link, index, is_listed=True)
    for match in _LINK.finditer(submission.body):
        yield _Link(match[0].rstrip(_TRAILING), match.start(), is_listed=False)


def _faults_of(link: str, rules: Rules) -> Iterator[tuple[str, str]]:
    parts = _parts_of(link)
    if parts is None:
        yield "link_malformed", "is no address"
        return
    if rules.link_schemes and parts.scheme not in map(str.lower, rules.link_schemes):
        allowed = ", ".join(rules.link_schemes)
        yield "link_scheme", f"begins with {parts.scheme!r}, and allowed is {allowed}"
    host = _host_of(parts)
    if parts.username is not None:
        yield "link_misleading", "puts something else before its host"
    if _is_numeric(host):
        yield "link_misleading", "names a machine by its number"
    if rules.link_hosts and not any(_is_below(host, allowed) for allowed in rules.link_hosts):
        yield "link_host", "leads to a host that is not allowed"


def _parts_of(link: str) -> SplitResult | None:
    # urlsplit drops tabs and line ends without a word, as browsers do.
    if any(letter.isspace() or not letter.isprintable() for letter in link):
        return None
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError:
        return None
    is_whole = parts.scheme and _host_of(parts) and "\\" not in link
    return parts if is_whole and not re.search(r"[\s/?#@\\]", _host_of(parts)) else None


def _host_of(parts: SplitResult) -> str:
    """Return the host that a browser goes to: decoded, and whatever its dots are written as."""
    host = unicodedata.normalize("NFKC", unquote(parts.hostname or ""))
    return host.replace("\u3002", ".").lower().removesuffix(".")


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        # 2130706433 and 0x7f.1 are addresses to a browser (WHATWG URL, ends in a number).
        return re.fullmatch(r"\d+|0x[0-9a-f]*", host.rpartition(".")[2]) is not None
    return True


def _is_below(host: str, allowed: str) -> bool:
    return host == allowed.lower() or host.endswith(f".{allowed.lower()}")


def _reason(code: str, message: str, place: str) -> Reason:
    return Reason(check="format", code=code, message=message, place=place)
