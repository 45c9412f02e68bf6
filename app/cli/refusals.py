"""What the operating system refuses a command, in words."""


def describe_refusal(error: OSError) -> str:
    """Name the file or the address if the error does, and the reason."""
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    reason = error.strerror or str(error) or type(error).__name__
    return ": ".join([*([" and ".join(names)] if names else []), reason])
