"""The embedded model: its weights, and what of this machine they need. Nothing is fetched."""

from dataclasses import replace

from app.cli.doctor.findings import Finding
from app.cli.doctor.locks import serving_process
from app.errors import ModelUnavailable
from app.local_llm.fetch import choose, locate
from app.local_llm.machine import GIB, Machine
from app.local_llm.weights import Weights
from app.settings import Settings

_SERVER = "name a model server with OPENAI_API_KEY or OPENAI_BASE_URL"


def check_embedded_model(settings: Settings) -> list[Finding]:
    try:
        wanted, path = choose(settings), locate(settings)
    except ModelUnavailable as error:
        return [Finding("error", str(error).splitlines()[0], _SERVER)]
    size = wanted.size if isinstance(wanted, Weights) else wanted.stat().st_size
    machine = Machine.read()
    if serving_process(settings.data_dir) is not None:
        machine = replace(machine, available_memory=None)  # the model that runs has it
    lacking = [
        Finding("error", f"the embedded model cannot run: {reason}", _SERVER)
        for reason in machine.shortcomings(weights_size=size)
    ]
    if path is None:
        detail = f"{settings.local_model} is not here yet, {size / GIB:.1f} GiB"
        mend = "`fanjoin model pull` fetches it, as the first `fanjoin serve` does"
        return [*lacking, Finding("warning", detail, mend)]
    return lacking or [Finding("ok", f"the embedded model {path.stem} is here, and can run")]
