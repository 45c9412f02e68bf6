"""The OpenAPI document of the service."""

from typing import Any

from fastapi import FastAPI

EVENTS = "text/event-stream"


class Application(FastAPI):
    """Describes a stream by its events, which FastAPI does for generators only."""

    def openapi(self) -> dict[str, Any]:
        is_new = self.openapi_schema is None
        document = super().openapi()
        if is_new:
            _describe_streams(document)
        return document


def _describe_streams(document: dict[str, Any]) -> None:
    """Say that a schema is that of each event, not of them all (OpenAPI 3.2, section 4.14.4)."""
    for operations in document["paths"].values():
        for operation in operations.values():
            content = operation["responses"].get("200", {}).get("content", {})
            if (stream := content.get(EVENTS)) is not None:
                stream["itemSchema"] = {"$ref": stream.pop("schema")["$ref"]}
