"""Realistic municipalities: their answers, and the reports they get."""

from pathlib import Path

from flask.testing import FlaskClient

from evaltool.catalogue import Catalogue
from evaltool.domain.document import Document, read
from tests import browsing

FOLDER = Path(__file__).resolve().parent
NAMES = sorted(path.name.removesuffix(".answers.json") for path in FOLDER.glob("*.answers.json"))


def document_of(catalogue: Catalogue, name: str) -> Document:
    """The answers of one of them, read as any file of answers."""
    raw = (FOLDER / f"{name}.answers.json").read_bytes()
    return read(raw, catalogue.questionnaire, catalogue.register)


def imported(client: FlaskClient, name: str, *, finish: bool = True) -> str:
    """The address of an evaluation with these answers, imported and finished."""
    address = browsing.imported(client, (FOLDER / f"{name}.answers.json").read_bytes())
    if finish:
        browsing.send(client, client.get(f"{address}/check"), "/finish")
    return address
