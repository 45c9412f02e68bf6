"""What travellers call a country besides its name and its code."""

_ALSO_CALLED = {
    "uk": "gb",
    "great britain": "gb",
    "usa": "us",
    "united states of america": "us",
    "uae": "ae",
    "czech republic": "cz",
    "holland": "nl",
    "netherlands": "nl",
    "the netherlands": "nl",
    "turkey": "tr",
    "türkiye": "tr",
}


def country_said(text: str) -> str:
    """Return the words for a country in lower case, or its code (ISO 3166) where they mean one."""
    said = text.strip().casefold()
    return _ALSO_CALLED.get(said, said)
