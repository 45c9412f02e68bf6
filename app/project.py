"""What this project is called: the one place that says so.

`fanjoin init` writes these for a project of one's own, and `make upgrade` leaves them alone. Make,
the build of the package and CI read them as text: one name, one string, one line.
"""

NAME = "fanjoin"
"""The distribution of pyproject.toml and uv.lock, and the image."""

TITLE = "Fanjoin"
"""What people read: the API's pages, `/`, the image's label."""

VERSION = "0.1.0"
