import logging

import pytest

from app.logs import FieldFormatter, configure_logs


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


@pytest.mark.parametrize("level", ["info", "debug"])
def test_libraries_log_warnings_and_no_steps(
    level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        configure_logs(level)
        for name in ("alembic.runtime.migration", "httpx2", "watchfiles.main", "app.service"):
            logging.getLogger(name).info("a step of %s", name)
            logging.getLogger(name).warning("a warning of %s", name)
    finally:
        logging.getLogger().handlers[:], logging.getLogger().level = before

    said = capsys.readouterr().err
    assert said.count("a warning of") == 4
    assert [line.rpartition(" ")[2] for line in said.splitlines() if "a step" in line] == [
        "app.service"
    ]
