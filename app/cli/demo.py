"""`fanjoin demo`: serve, and let the service show what it does with one request to itself."""

import json
import logging
import shlex

from app.cli.client import open_client
from app.cli.environment import load_settings
from app.cli.errors import CommandError
from app.cli.inputs import example_input
from app.cli.live import RunView
from app.cli.options import GraphsFileOption, HostOption, PortOption
from app.cli.serve import greet, run_service
from app.cli.terminal import complain, stdout
from app.cli.watch import watch

DEMO_GRAPH = "topic_brief"
SHARED_CORES = (
    "Much of that is branches waiting for each other: they share this machine's cores, and each "
    "takes longer than it would alone. With a model server (OPENAI_BASE_URL) they truly run at "
    "once."
)


def demo(
    host: HostOption = None, port: PortOption = None, graphs_file: GraphsFileOption = None
) -> None:
    """Start the service, show one topic_brief request on it, and go on serving."""
    settings = load_settings(host=host, port=port, graphs_file=graphs_file)
    note = SHARED_CORES if settings.wants_embedded_model else ""

    async def show(url: str) -> None:
        # The access log and its like would come between the lines of the demo.
        logging.disable(logging.INFO)
        try:
            await _show(url, speedup_note=note)
        except CommandError as error:
            complain(f"The demo request to {DEMO_GRAPH} failed: {error}")
        finally:
            logging.disable(logging.NOTSET)
        await greet(url)

    run_service(settings, show)


async def _show(url: str, *, speedup_note: str) -> None:
    console, view = stdout(), RunView(DEMO_GRAPH, speedup_note=speedup_note)
    async with open_client(url) as client:
        graph_input = example_input((await client.graph(DEMO_GRAPH))["input_schema"])
        request = json.dumps({"input": graph_input}, ensure_ascii=False)
        console.print(f"POST /graphs/{DEMO_GRAPH}/stream {request}\n", soft_wrap=True)
        await watch(view, client.stream(DEMO_GRAPH, graph_input), console)
    console.print("\nThe same by hand:", soft_wrap=True)
    console.print(
        f"  curl -N {url}/graphs/{DEMO_GRAPH}/stream -H 'content-type: application/json' "
        f"-d {shlex.quote(request)}\n",
        soft_wrap=True,
    )
