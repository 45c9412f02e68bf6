"""`fanjoin demo`: serve, and show a sample request live."""

import json
import logging
import shlex
from typing import Any

from app.cli.client import ServiceClient, open_client
from app.cli.commands.serve import Served, greet, run_service
from app.cli.environment import load_settings
from app.cli.errors import CommandError
from app.cli.options import GraphsFileOption, HostOption, OpenOption, PortOption
from app.cli.view.live import RunView
from app.cli.view.terminal import complain, stdout
from app.cli.view.watch import watch
from app.settings import Settings

DEMO_GRAPH = "topic_brief"

SHARED_CORES = (
    "Much of that is branches waiting for each other, because they share this machine's cores. "
    "With a model server (OPENAI_BASE_URL) they run at the same time."
)


def demo(
    host: HostOption = None,
    port: PortOption = None,
    graphs_file: GraphsFileOption = None,
    opens: OpenOption = False,
) -> None:
    """Start the service, show a sample request live, and keep serving.

    The request is the example of topic_brief, or of the first graph that documents one.
    """
    settings = load_settings(host=host, port=port, graphs_file=graphs_file)

    async def show(served: Served) -> None:
        # The access log and its like would come between the lines of the demo.
        logging.disable(logging.INFO)
        try:
            await _show(served.url, settings)
        except CommandError as error:
            complain(f"The demo request failed: {error}")
        finally:
            logging.disable(logging.NOTSET)
        await greet(settings, served, opens=opens)

    run_service(settings, show)


async def _show(url: str, settings: Settings) -> None:
    if reason := _why_no_model(settings):
        complain(f"No demo, because there is no model: {reason}")
        return
    async with open_client(url, keys=settings.api_keys) as client:
        graph = _choose(await client.graphs())
        if graph is None:
            complain("No demo, for no graph documents an example of its input.")
            return
        await _run(client, graph, settings)


def _why_no_model(settings: Settings) -> str:
    if settings.lacks_model_name:
        return "OPENAI_BASE_URL is set; set FANJOIN_MODEL to the name of a model it offers."
    if settings.has_remote_model or settings.wants_embedded_model:
        return ""
    fix = "set OPENAI_API_KEY or OPENAI_BASE_URL"
    if settings.local_model == "off":
        return f"FANJOIN_LOCAL_MODEL is off; {fix}, or leave it out."
    return f"FANJOIN_ENVIRONMENT is {settings.environment}; {fix}."


def _choose(graphs: list[dict[str, Any]]) -> dict[str, Any] | None:
    usable = [graph for graph in graphs if graph["example"] is not None]
    return min(usable, key=lambda graph: graph["graph_id"] != DEMO_GRAPH, default=None)


async def _run(client: ServiceClient, graph: dict[str, Any], settings: Settings) -> None:
    graph_id, console = graph["graph_id"], stdout()
    view = RunView(graph_id, speedup_note=SHARED_CORES if settings.wants_embedded_model else "")
    request = json.dumps({"input": graph["example"]}, ensure_ascii=False)
    console.print(f"POST /graphs/{graph_id}/stream {request}\n", soft_wrap=True)
    await watch(view, client.stream(graph_id, graph["example"]), console)
    key = " -H 'x-api-key: …'" if settings.api_keys else ""
    console.print("\nThe same by hand:", soft_wrap=True)
    console.print(
        f"  curl -N {client.url}/graphs/{graph_id}/stream -H 'content-type: application/json'"
        f"{key} -d {shlex.quote(request)}\n",
        soft_wrap=True,
    )
