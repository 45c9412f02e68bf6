"""Why a command fails.

CommandError          exit status 1
├── BadSettings       2: a variable of the environment cannot be used
├── BadInput          2: the words of the command line are no input of the graph
├── UnknownName       2: there is nothing of a name in the command line
├── NotMerged         a later version is merged in part, and a person has to go on
├── NotWritten        files cannot be written or removed, and none was changed
├── NoService         no service answers at the address
├── AddressInUse      the service cannot listen at its address
└── Refused           the service answered with a problem body
"""

from typing import Any

from app.cli.problems import describe_problem


class CommandError(Exception):
    """Base of the errors that are shown as a message instead of a traceback."""

    exit_code = 1


class BadSettings(CommandError):
    """A variable of the environment or of `.env` has a value that cannot be used."""

    exit_code = 2


class BadInput(CommandError):
    """The INPUT words do not make the input of a graph."""

    exit_code = 2


class UnknownName(CommandError):
    """There is nothing of a name that the command line gives."""

    exit_code = 2


class NotMerged(CommandError):
    """A later version is merged in part; the message says how to go on."""


class NotWritten(CommandError):
    """Files cannot be written or removed; none was changed."""


class NoService(CommandError):
    """No service answers at the address, or the connection broke."""


class AddressInUse(CommandError):
    """The service cannot listen at its address."""


class Refused(CommandError):
    """The service answered with a problem body, stored in `problem`."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(describe_problem(problem))
        self.problem = problem
