import logging

from app.logs import FieldFormatter


def format_record(message: str, **fields: object) -> str:
    record = logging.makeLogRecord({"msg": message, "levelname": "INFO", **fields})
    return FieldFormatter("%(levelname)s %(message)s").format(record)


def test_fields_follow_the_message() -> None:
    assert format_record("run failed", run_id="r1", branch=None) == (
        "INFO run failed run_id=r1 branch=None"
    )


def test_no_value_can_forge_a_line() -> None:
    line = format_record("run failed\nINFO all is well", error="a\x00b\x1b[31m\u2028c")

    assert "\n" not in line
    assert r"\nINFO" in line
    assert r"a\x00b\x1b[31m\u2028c" in line
