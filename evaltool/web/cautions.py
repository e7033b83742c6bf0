"""Saying, after something was kept, that it seems to hold data of a person."""

from evaltool.web.context import texts
from evaltool.web.questions import kinds_of
from evaltool.web.rendering import tell


def warn(address: str, *written: str) -> None:
    """Say so of texts that seem to, with the way (``address``) to look at them again."""
    if kinds := kinds_of(*written):
        tell(texts()("warning.told", kinds=kinds), address, texts()("warning.look"))
