"""Open-Meteo over HTTP: for non-commercial use without a key, for any other with a customer's."""

from collections.abc import Mapping

from graphs.adapters.http.fetch import TIMEOUT, Service, Shape, api_client, fetch, parse
from graphs.adapters.settings import AdapterSettings
from graphs.trip_plan.providers.hidden_keys import hide_in_log

ACCESS = "OPEN_METEO_API_KEY"
_KEY = "apikey"


async def ask(
    service: Service, url: str, params: Mapping[str, str | int], shape: type[Shape]
) -> Shape:
    """Return the answer as a `shape`; a key that is set goes along.

    Raises:
        SourceError: the service cannot answer.
    """
    key = AdapterSettings.read().open_meteo_api_key
    hide_in_log(_KEY)
    asked = {**params, _KEY: key} if key else params
    return parse(
        service,
        shape,
        await fetch(service, api_client(), "GET", url, params=asked, seconds=TIMEOUT),
    )
