"""A draft as a message file, read back by the standard library's parser."""

from dataclasses import replace
from email import message_from_string
from email.message import EmailMessage
from email.policy import default

import pytest

from graphs.campaign.email.draft import Draft
from graphs.campaign.email.html import html_of
from graphs.campaign.email.message import message_of
from graphs.campaign.email.text import text_of
from graphs.campaign.email.writing import Body
from tests.graphs.campaign.email.drafts_at_hand import PNG, draft, hostile_draft


def read(draft: Draft) -> EmailMessage:
    return message_from_string(message_of(draft), policy=default)


def part_of(message: EmailMessage, kind: str) -> EmailMessage:
    (part,) = [part for part in message.walk() if part.get_content_type() == kind]
    assert isinstance(part, EmailMessage)
    return part


def words_in(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_mail_program_finds_text_html_and_the_picture_it_names() -> None:
    message = read(draft())

    assert message["Subject"] == "Light for the way home"
    assert words_in(part_of(message, "text/plain")) == text_of(draft())
    html = words_in(part_of(message, "text/html"))
    assert html.strip() == html_of(draft(), source="cid:picture").strip()
    picture = part_of(message, "image/png")
    assert picture["Content-ID"] == "<picture>"
    assert picture.get_content() == PNG


def test_a_message_has_nobody_to_go_to() -> None:
    message = read(draft())

    assert {*message.keys()} == {"Subject", "X-Unsent", "MIME-Version", "Content-Type"}


def test_a_message_without_a_picture_is_text_and_html() -> None:
    message = read(draft(picture=None))

    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize("hidden", ["Light\r\nBcc: all@example.com", "Light\n\n<script>"])
def test_a_subject_of_two_lines_is_refused(hidden: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        message_of(draft(subject=hidden))


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?Light=0D=0ABcc:_all@example.com?=",
        "Light =?utf-8?b?TGlnaHQNCkJjYzogYWxsQGV4YW1wbGUuY29tDQoNCg==?= for all",
        "2 + 2 =? You know it, all of you who ride home in the dark, do you not? a b",
        "Zwölf Straßen, zwölf Lichter 🚲 für früh und spät, für dich und für mich, ja",
        "Light for the way home, for the dusk, for the rain, and for whatever is next",
        "a" * 69,
        "a" * 78,
    ],
)
def test_a_subject_comes_through_as_it_is_and_is_no_other_header(subject: str) -> None:
    message = read(draft(subject=subject))

    assert {*message.keys()} == {"Subject", "X-Unsent", "MIME-Version", "Content-Type"}
    assert message["Subject"] == subject
    assert all(len(line) <= 78 for line in message_of(draft(subject=subject)).splitlines())


def test_other_alphabets_come_through_and_all_is_ascii() -> None:
    words = Body(preheader="Ł", headline="Grüße", paragraphs=["海が広い。", "🚲" * 300])
    whole = draft(subject="Grüße, 海 🚲", body=words)

    message = read(whole)

    assert message_of(whole).isascii()
    assert message["Subject"] == "Grüße, 海 🚲"
    assert words_in(part_of(message, "text/plain")) == text_of(whole)


def test_the_same_draft_gives_the_same_message() -> None:
    assert message_of(draft()) == message_of(draft())


def test_nobody_can_write_the_end_of_a_part() -> None:
    boundary = read(hostile_draft()).get_boundary()
    words = Body(preheader="x", headline="x", paragraphs=[f"--{boundary}--", "x"])
    guessed = replace(hostile_draft(), body=words)

    assert read(guessed).get_boundary() != boundary
    assert f"--{boundary}--" in words_in(part_of(read(guessed), "text/plain"))
