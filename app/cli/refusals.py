"""What the operating system refuses a command, in words."""

import errno


def describe_refusal(error: OSError) -> str:
    """Name the file or the address if the error does, and the reason.

    Only the call that asks for the current folder fails with "no such file" and names none.
    """
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    if error.errno == errno.ENOENT and not names:
        return "The current folder does not exist any more: change to one that does."
    reason = error.strerror or str(error) or type(error).__name__
    return ": ".join([*([" and ".join(names)] if names else []), reason])
