"""The errors of a search for offers, beside those of every source."""

from graphs.adapters.errors import SourceError


class NoOfferInCurrency(SourceError, LookupError):
    """All that a source offers is priced in another currency; final, as any LookupError."""
