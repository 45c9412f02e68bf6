"""`fanjoin dev`: serve, and serve changed graphs without a restart."""

import sys
from importlib import import_module
from importlib.util import find_spec

from app.cli.commands.serve import Served, greet, run_service
from app.cli.environment import load_settings
from app.cli.errors import CommandError
from app.cli.options import GraphsFileOption, HostOption, PortOption


def dev(
    host: HostOption = None, port: PortOption = None, graphs_file: GraphsFileOption = None
) -> None:
    """Serve, and reload the graphs when one of their files changes.

    A graph with an error is excluded until it is fixed; runs in progress finish on the graph they
    began with. Changes in Fanjoin itself (app, graphs/kit), `.env` and data files need a restart.
    """
    if find_spec("watchfiles") is None:
        raise CommandError("dev needs the package watchfiles: use `make dev`, or install it.")
    settings = load_settings(host=host, port=port, graphs_file=graphs_file)
    settings = settings.model_copy(update={"on_bad_graph": "exclude"})
    # Python takes compiled code for current if the source was changed within the same second.
    sys.dont_write_bytecode = True

    async def watch(served: Served) -> None:
        await greet(settings, served)
        await import_module("app.cli.reloading").reload_on_change(served)

    run_service(settings, watch, may_lack_graphs=True)
