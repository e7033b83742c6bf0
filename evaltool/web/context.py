"""What a request needs: the catalogue, what is kept, the language, the time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

from flask import abort, current_app, g, request, session

from evaltool.catalogue import Catalogue
from evaltool.domain.evaluation import Evaluation, NotFound
from evaltool.domain.language import DEFAULT_LANGUAGE, LANGUAGES, Language, Texts
from evaltool.domain.library import Library
from evaltool.domain.lists import ListKind, read_clusters
from evaltool.domain.municipality import Municipality, Register
from evaltool.store import ActionPlans, Evaluations, Store
from evaltool.web.settings import Hosted

_KEY = "evaltool"


@dataclass(frozen=True)
class Services:
    """What the application is built on; tests may put another clock in.

    ``hosted`` is None for the tool of one person on this machine alone, without accounts.
    """

    catalogue: Catalogue
    store: Store
    hosted: Hosted | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def evaluations(self) -> Evaluations:
        """The evaluations that are kept."""
        return self.store.evaluations

    @property
    def plans(self) -> ActionPlans:
        """The action plans that are kept."""
        return self.store.plans

    @property
    def register(self) -> Register:
        """The municipalities, with the survey clusters of the list that an administrator loaded."""
        if "register" in g:
            return cast(Register, g.register)
        g.register = register = self.catalogue.register
        loaded = self.store.lists.current(ListKind.CLUSTERS) if self.hosted else None
        if loaded is None:
            return register
        reason = self.catalogue.texts["clusters.from_list"]
        clusters, _ = read_clusters(loaded.content, register)
        g.register = register.corrected(clusters, reason)
        return cast(Register, g.register)


def services() -> Services:
    """The services of the application that answers this request."""
    return cast(Services, current_app.extensions[_KEY])


def install(app: "object", held: Services) -> None:
    """Give an application its services."""
    app.extensions[_KEY] = held  # type: ignore[attr-defined]


def language() -> Language:
    """The language chosen with ``?lang=`` now or before; Dutch by default."""
    known: Language | None = g.get("language")
    if known is not None:
        return known
    wishes = (request.args.get("lang"), session.get("lang"), DEFAULT_LANGUAGE)
    chosen = next(known for wish in wishes for known in LANGUAGES if known == wish)
    if chosen == wishes[0] != session.get("lang"):
        session["lang"] = chosen
    g.language = chosen
    return chosen


def texts() -> Texts:
    """The sentences of the interface in the language of this request."""
    known: Texts | None = g.get("texts")
    if known is None:
        known = g.texts = services().catalogue.in_language(language())
    return known


def library() -> Library:
    """What reports are built from, in the language of this request."""
    held = services()
    return replace(held.catalogue.library(language()), today=held.now().astimezone().date())


def evaluation_or_404(id_: str, *, any_edition: bool = False) -> Evaluation:
    """The evaluation of an address; a page that says it is not there, where it is not.

    One that was made with another edition of the questionnaire cannot be shown: a page says so,
    from where it can be exported and deleted (``any_edition``).
    """
    try:
        evaluation = services().evaluations.get(id_)
    except NotFound:
        abort(404)
    if not any_edition and evaluation.edition != services().catalogue.questionnaire.edition:
        abort(409, "edition")
    return evaluation


def municipality_of(evaluation: Evaluation) -> Municipality:
    """The municipality of an evaluation."""
    return services().register.known(evaluation.nis_code)
