import pytest

from graphs.research.web.encodings import decode


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("née".encode(), None),
        ("née".encode(), "utf-8"),
        ("née".encode("latin-1"), "iso-8859-1"),
        ("née".encode("utf-16"), None),
        ("née".encode("utf-8-sig"), "iso-8859-1"),
        ("née".encode("cp1250"), "windows-1250"),
        ("née".encode(), "no-such-encoding"),
        ("née".encode(), "hex"),
        ("née".encode(), "idna"),
        ("née".encode(), "undefined"),
        ("née".encode(), "punycode"),
        ("née".encode(), "unicode_escape"),
        ("née".encode(), "nul\x00"),
    ],
)
def test_bytes_are_read_by_mark_then_header_then_as_utf_8(
    content: bytes, charset: str | None
) -> None:
    assert decode(content, charset) == "née"


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="windows-1251">',
        "<META CHARSET = windows-1251 />",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
    ],
)
def test_html_may_declare_its_encoding(declaration: str) -> None:
    content = f"{declaration}Привет".encode("cp1251")

    assert decode(content, None, is_html=True).endswith("Привет")
    assert not decode(content, None).endswith("Привет")


def test_what_latin_1_has_no_sign_for_is_read_as_windows_meant_it() -> None:
    assert decode(b"\x93quoted\x94", "ISO-8859-1") == "“quoted”"


def test_what_cannot_be_read_is_marked() -> None:
    assert decode(b"a\xffb", None) == "a\ufffdb"
