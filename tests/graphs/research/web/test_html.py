import time

import pytest

from graphs.research.web.html import readable, text_of


def text(html: str, chars: int = 6000) -> str:
    return readable(html, chars)[1]


def test_a_page_is_its_title_and_a_line_for_each_block() -> None:
    html = (
        "<!doctype html><title> The\n title </title><body><h1>Head</h1><p>One <b>two</b>,\n three"
        "<!-- not this --></p>tail<ul><li>first<li>second</ul><table><tr><td>1<td>2</table>"
    )

    assert readable(html, 6000) == ("The title", "Head\nOne two, three\ntail\nfirst\nsecond\n1\n2")


@pytest.mark.parametrize(
    "around",
    [
        "<script>x</script>",
        "<style>x</style>",
        "<nav>x</nav>",
        "<header>x</header>",
        "<footer>x</footer>",
        "<aside>x<aside>y</aside></aside>",
        "<form>x<button>y</button></form>",
        "<noscript>x</noscript>",
        "<template>x</template>",
        "<div hidden>x</div>",
        "<div role=navigation>x</div>",
    ],
)
def test_what_stands_around_the_content_is_left_out(around: str) -> None:
    assert text(f"<body>{around}<p>content</p>{around}") == "content"


@pytest.mark.parametrize(
    "html",
    [
        "<p>around</p><main><p>content</p></main>",
        "<p>around</p><div role=main>content</div>",
        "<p>around</p><article>content</article>",
        "<main><script>app()</script></main><article>content</article>",
        "<main></main><p>content</p>",
        "<html hidden><body hidden>content",
        "content",
    ],
)
def test_the_content_is_preferred_where_the_page_names_it(html: str) -> None:
    assert text(html) == "content"


def test_no_text_is_longer_than_was_asked_for() -> None:
    assert len(text("<p>some words</p>" * 1000, chars=100)) <= 100
    assert len(text("word " * 1000, chars=100)) <= 100


@pytest.mark.parametrize("html", ["", "<", "\x00", "<title>", "<main>", "</p>"])
def test_a_page_without_text_has_none(html: str) -> None:
    assert text(html).strip("<\ufffd") == ""


def test_a_fragment_is_read_on_one_line() -> None:
    assert text_of("Tides &amp; <strong>waves</strong>,\n it&#x27;s ") == "Tides & waves, it's"
    assert text_of("") == ""


@pytest.mark.parametrize(
    "tag",
    [
        "<div {}>",
        "</div {}>",
        "<div\f{}>",
        '<!-- <b a=" --><div {}>',
        '<script>"<b a="</script><i {}>',
    ],
)
@pytest.mark.parametrize("attribute", ["a{}=1 ", "a{} ", "a{}/", 'a{}=">" ', "a{}='>'", "<a{} "])
def test_a_tag_of_a_megabyte_is_read_in_bounded_time(tag: str, attribute: str) -> None:
    attributes = "".join(attribute.format(number) for number in range(200_000))[:1_000_000]
    started = time.process_time()

    text(f"<p>beginning</p>{tag.format(attributes)}")

    assert time.process_time() - started < 10


def test_a_tag_with_many_attributes_is_a_tag() -> None:
    attributes = " ".join(f'data-a{number}="1 > 0"' for number in range(100))

    assert text(f"<p>around</p><main {attributes}>content</main>") == "content"


def test_a_long_value_of_an_attribute_is_left_out() -> None:
    assert text(f'<img src="data:,{"x " * 100_000}">content') == "content"


@pytest.mark.parametrize(
    "unit", ["<div>", "<p><b id={}>", "<li><ul>", "<nav>", "<a id={}><div>", "<table><tr><td>"]
)
def test_a_hostile_page_is_read_in_bounded_time(unit: str) -> None:
    html = "".join(unit.format(number) for number in range(200_000))[:1_000_000]
    started = time.process_time()

    text(f"<p>beginning</p>{html}")

    assert time.process_time() - started < 10
