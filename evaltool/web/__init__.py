"""The walk in the browser, and its results."""

from evaltool.web.app import create_app

__all__ = ["create_app"]
