"""What a tool raises when it cannot do what it was asked for."""


class ToolError(ValueError):
    """A tool cannot work with what it was given, or finds nothing; one line says what."""
