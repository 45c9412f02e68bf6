"""The API's description as a page: Swagger UI from its package, so it works offline."""
