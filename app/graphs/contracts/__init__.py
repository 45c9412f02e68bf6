"""What a graph takes and gives, checked against its schemas and never changed by the check.

What a caller sends is validated as strict JSON. What a run stores and its nodes get is the JSON
itself, by field name, and LangGraph makes of it what it makes of any input.
"""

from app.graphs.contracts.context import ContextContract
from app.graphs.contracts.contract import invalid_input
from app.graphs.contracts.input import InputContract
from app.graphs.contracts.output import InvalidOutput, OutputContract
from app.graphs.contracts.secrets import masked
from app.graphs.contracts.state import StateContract
from app.graphs.contracts.strict_json import DoesNotFit, copy_of, validate_json

__all__ = [
    "ContextContract",
    "DoesNotFit",
    "InputContract",
    "InvalidOutput",
    "OutputContract",
    "StateContract",
    "copy_of",
    "invalid_input",
    "masked",
    "validate_json",
]
