"""What the kit raises while a graph is being built."""


class KitError(ValueError):
    """The kit is used in a way that cannot work; the message names the mend."""
