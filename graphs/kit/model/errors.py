"""What is wrong with an answer of a model's server, or of another one that the graphs ask.

    AnswerCutOff          it ended before it was complete
    AnswerOutOfShape      it is not what was asked for
    AnswerPastBounds      it was not read to its end
    ├── AnswerTooLarge    it has more bytes or lines than are read
    └── AnswerTooSlow     it was not complete in time

Another attempt may get a better one. Messages name the server by its host, and hold no key.
"""

import httpx2


class AnswerCutOff(Exception):
    """The model's answer ended before it was complete."""


class AnswerOutOfShape(Exception):
    """The model's answer is empty or not of the shape it was asked for."""


# Not a TimeoutError, which LangChain would report as a silence it has measured.
class AnswerPastBounds(httpx2.TransportError):
    """A server's answer was given up: for its client, a connection that broke."""


class AnswerTooLarge(AnswerPastBounds):
    """A server's answer is larger than what is read of one; the rest was not read."""


class AnswerTooSlow(AnswerPastBounds):
    """A server's answer took longer than one may, although it was never silent for long."""
