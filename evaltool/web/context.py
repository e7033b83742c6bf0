"""What a request needs: the catalogue, what is kept, the language, the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import abort, current_app, g, request, session

from evaltool.catalogue import Catalogue
from evaltool.domain.access import Actor, Permission, Role, may
from evaltool.domain.evaluation import Evaluation, NotFound
from evaltool.domain.language import DEFAULT_LANGUAGE, LANGUAGES, Language, Texts
from evaltool.domain.library import Library
from evaltool.domain.municipality import Municipality
from evaltool.store import ActionPlans, Evaluations, Store

P = ParamSpec("P")
R = TypeVar("R")

_KEY = "evaltool"


@dataclass(frozen=True)
class Services:
    """What the application is built on; tests may put another clock in."""

    catalogue: Catalogue
    store: Store
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def evaluations(self) -> Evaluations:
        """The evaluations that are kept."""
        return self.store.evaluations

    @property
    def plans(self) -> ActionPlans:
        """The action plans that are kept."""
        return self.store.plans


def services() -> Services:
    """The services of the application that answers this request."""
    return cast(Services, current_app.extensions[_KEY])


def install(app: "object", held: Services) -> None:
    """Give an application its services."""
    app.extensions[_KEY] = held  # type: ignore[attr-defined]


def language() -> Language:
    """The language chosen with ``?lang=`` now or before; Dutch by default."""
    if "language" not in g:
        wishes = (request.args.get("lang"), session.get("lang"), DEFAULT_LANGUAGE)
        chosen = next(known for wish in wishes for known in LANGUAGES if known == wish)
        if chosen == wishes[0] != session.get("lang"):
            session["lang"] = chosen
        g.language = chosen
    return cast(Language, g.language)


def texts() -> Texts:
    """The sentences of the interface in the language of this request."""
    if "texts" not in g:
        g.texts = services().catalogue.in_language(language())
    return cast(Texts, g.texts)


def library() -> Library:
    """What reports are built from, in the language of this request."""
    return services().catalogue.library(language())


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
    return services().catalogue.register.known(evaluation.nis_code)


def guarded(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say what a route does, so that it can be decided who may call it."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
            return view(*args, **kwargs)

        wrapped.permission = permission  # type: ignore[attr-defined]
        return wrapped

    return decorate


def check_access() -> None:
    """Refuse what the actor may not do; a route that does not say what it does, too."""
    if request.endpoint is None or request.endpoint == "static":
        return
    asked = getattr(current_app.view_functions[request.endpoint], "permission", None)
    if not isinstance(asked, Permission) or not may(Actor(Role.LOCAL), asked):
        abort(403)
