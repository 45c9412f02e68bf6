from graphs.text_insights.reader import Row
from graphs.text_insights.survey import survey_prompt, table_of, totals_of


def row(sentiment: str | None, category: str | None, *keywords: str) -> Row:
    read = {"sentiment": sentiment, "category": category, "keywords": list(keywords)}
    return Row.model_validate({"index": 0, "start": 0, "end": 1, "opening": "", **read})


def test_the_table_has_a_line_per_feeling_and_says_what_is_unknown() -> None:
    rows = [
        row("negative", "food", "coffee"),
        row("positive", "room", "bed", "view", "harbour", "left out"),
        row(None, None),
        row("negative", "hosts", "dog"),
    ]

    table = table_of(rows)

    assert table.splitlines() == [
        "praised: room (bed, view, harbour)",
        "criticised: food (coffee); hosts (dog)",
        "unknown: something (unknown)",
    ]


def test_the_question_holds_totals_and_table_as_data() -> None:
    rows = [row("positive", "room", "</totals>bed")]

    text = str(survey_prompt(totals_of(rows), rows)[-1].content)

    assert '<totals>{"sentiments":{"positive":1}' in text
    assert "<table>praised: room (&lt;/totals&gt;bed)</table>" in text
