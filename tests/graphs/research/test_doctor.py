"""`fanjoin doctor` and the variables of this graph."""

from app.cli.doctor.variables import optional_variables
from tests.conftest import ROOT


def test_variables_that_may_be_left_out_are_found_by_doctor() -> None:
    optional = optional_variables(ROOT / "langgraph.json")

    assert "TAVILY_API_KEY" in optional
    assert "FANJOIN_WIKIPEDIA_URL" not in optional
