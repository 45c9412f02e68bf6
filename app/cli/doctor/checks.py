"""Every check, in the order they are listed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.cli.doctor.database import check_database
from app.cli.doctor.disk import check_disk
from app.cli.doctor.findings import Finding
from app.cli.doctor.graphs import check_graphs
from app.cli.doctor.keys import check_keys
from app.cli.doctor.model import check_model
from app.cli.doctor.python import check_python
from app.cli.doctor.reading import Reading
from app.cli.doctor.sources import check_sources
from app.cli.doctor.variables import check_settings


@dataclass(frozen=True, kw_only=True)
class Check:
    """Something to look at."""

    name: str
    look: Callable[[Reading], Awaitable[list[Finding]]]
    reads: frozenset[str] = frozenset()
    """Fields of the settings; while one of them is wrong there is nothing to look at."""

    late: str = "try again with a higher --seconds, or when this machine has less to do"
    """The mend when it takes too long."""


CHECKS = (
    Check(name="python", look=check_python),
    Check(name="settings", look=check_settings),
    Check(
        name="graphs",
        look=check_graphs,
        late="see with `fanjoin lint` which graph's file does not come to an end",
    ),
    Check(
        name="model",
        look=check_model,
        reads=frozenset({"environment"}),
        late="see that the server is up and its model loaded, or wait longer with --seconds",
    ),
    Check(
        name="database",
        look=check_database,
        reads=frozenset({"database_url", "data_dir", "migrate_at_start"}),
        late="see that the database answers, and that its disk does",
    ),
    Check(name="disk", look=check_disk, reads=frozenset({"data_dir"})),
    Check(name="keys", look=check_keys, reads=frozenset({"api_keys"})),
    Check(name="sources", look=check_sources),
)
