"""What the graphs can reach with the keys they were given; no key is tried out."""

import os

from app.cli.doctor.findings import Finding
from app.cli.doctor.graph_variables import documented_variables
from app.cli.doctor.reading import Reading
from app.cli.wrong_variables import variable_of
from app.settings import Settings


async def check_sources(reading: Reading) -> list[Finding]:
    ours = {variable_of(field) for field in Settings.model_fields}
    optional = [
        variable
        for variable in documented_variables(reading.settings.graphs_file)
        if variable.is_optional and variable.name not in ours
    ]
    if not optional:
        return [Finding("skipped", "the graphs name no variable of their own")]
    is_set = {variable: bool(os.environ.get(variable.name, "").strip()) for variable in optional}
    on = [
        Finding("ok", f"{variable.name} is set: {variable.explanation}")
        for variable in optional
        if is_set[variable]
    ]
    off = ", ".join(variable.name for variable in optional if not is_set[variable])
    return [*on, *([Finding("skipped", f"not set: {off}")] if off else [])]
