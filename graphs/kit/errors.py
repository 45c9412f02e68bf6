"""What the kit raises when it is used in a way that cannot work."""


class KitError(ValueError):
    """The kit is used in a way that cannot work; the message names the fix."""


class WidthOutOfBounds(ValueError):
    """A round has fewer branches than it needs, or more than it may have."""
