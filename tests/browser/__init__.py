"""Tests in a browser, as somebody uses the tool."""
