"""The settings: variables that cannot be used, and names that look mistyped."""

import os
from difflib import get_close_matches

from app.cli.doctor.findings import Finding
from app.cli.doctor.graph_variables import named_variables
from app.cli.doctor.reading import Reading
from app.cli.wrong_variables import variable_of
from app.settings import Settings

_PREFIX = "FANJOIN_"


_NEAR = 0.66
"""So near that DB_URL leads to DATABASE_URL."""


async def check_settings(reading: Reading) -> list[Finding]:
    wrong = [Finding("error", variable.detail, variable.mend) for variable in reading.wrong]
    ours = {variable_of(field) for field in Settings.model_fields} | {"FANJOIN_SECRETS_DIR"}
    mistyped = _mistyped(ours | named_variables(reading.settings.graphs_file))
    if wrong or mistyped:
        return wrong + mistyped
    count = sum(name.upper() in ours for name in os.environ)
    return [Finding("ok", f"{count} of {len(ours)} settings are set, all usable")]


def _mistyped(known: set[str]) -> list[Finding]:
    """Find names near one we know; what is near none may be read by a library of the graphs."""
    ends = [name.removeprefix(_PREFIX) for name in known if name.startswith(_PREFIX)]
    findings = []
    for name in sorted(os.environ):
        if not name.upper().startswith(_PREFIX) or name.upper() in known:
            continue
        end = name.upper().removeprefix(_PREFIX)
        for near in get_close_matches(end, ends, n=1, cutoff=_NEAR):
            detail = f"{name}: did you mean {_PREFIX}{near}? Nothing reads it as it is"
            findings.append(Finding("warning", detail, f"rename it to {_PREFIX}{near}"))
    return findings
