"""What a page of questions holds, as a browser would send it, and other answers to put in."""

import random
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser

from evaltool.domain.answers import Answers
from evaltool.domain.questionnaire import DONT_KNOW, Kind, Question, Questionnaire
from evaltool.web.forms import BASE, NOTE, OTHER_TEXT, VERSION, field_name

Fields = dict[str, list[str]]
Shown = frozenset[tuple[str, str]]
"""What is held for a question, as the names and values of its fields; empty ones left out."""

_MARK = "data-autosave"


class FormParser(HTMLParser):
    """Reads the form of a page of questions: its fields, and the questions that it asks.

    ``choices`` are the values that the fields can have, by name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = {}
        self.choices: Fields = {}
        self._inside = False
        self._text: str | None = None
        self._select = ""

    @property
    def questions(self) -> list[str]:
        """The ids of the questions: each has a note."""
        return [name.removeprefix(NOTE) for name in self.fields if name.startswith(NOTE)]

    @property
    def complete(self) -> bool:
        """Whether there was such a form, with what it starts from."""
        return {VERSION, BASE} <= set(self.fields)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A field begins, or the form."""
        held = dict(attrs)
        name, value = held.get("name") or "", held.get("value") or ""
        if tag == "form":
            self._inside = _MARK in held
        if not self._inside:
            return
        if tag == "input" and held.get("type") in ("radio", "checkbox"):
            self.choices.setdefault(name, []).append(value)
            if "checked" in held:
                self.fields.setdefault(name, []).append(value)
        elif tag == "input":
            self.fields.setdefault(name, []).append(value)
        elif tag == "textarea":
            self._text = name
            self.fields[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and value:
            self.choices.setdefault(self._select, []).append(value)
            if "selected" in held:
                self.fields[self._select] = [value]

    def handle_endtag(self, tag: str) -> None:
        """A field ends, or the form."""
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._text is not None:
            # A line end right after the tag is not part of the text.
            self.fields[self._text] = [self.fields[self._text][0].removeprefix("\n")]
            self._text = None

    def handle_data(self, data: str) -> None:
        """Part of a text."""
        if self._text is not None:
            self.fields[self._text][0] += data


def form_on(page: str) -> FormParser:
    """The form of a page of questions."""
    found = FormParser()
    found.feed(page)
    found.close()
    return found


def shown(question: str, fields: Mapping[str, Iterable[str]]) -> Shown:
    """What fields hold for a question, whatever the order of its options and its line ends."""
    names = (question, f"{NOTE}{question}", f"{OTHER_TEXT}{question}")
    return frozenset(
        (name, value.replace("\r\n", "\n"))
        for name, values in fields.items()
        if name in names or name.startswith(f"{question}:")
        for value in values
        if value.strip()
    )


def sent(question: Question, fields: Fields) -> Shown:
    """What is held for a question once fields are saved: a ranking closes its gaps."""
    if question.kind is Kind.RANKING:
        places = [field_name(question.id, str(n + 1)) for n in range(question.at_most or 1)]
        ranked = [value for place in places for value in fields.get(place, []) if value]
        closed = {place: [value] for place, value in zip(places, ranked, strict=False)}
        fields = {name: held for name, held in fields.items() if name not in places} | closed
    return shown(question.id, fields)


def kept(question: Question, answers: Answers) -> Shown:
    """What answers hold for a question, as :data:`Shown`."""
    fields: Fields = {
        f"{NOTE}{question.id}": [answers.notes.get(question.id, "")],
        f"{OTHER_TEXT}{question.id}": [answers.other_text.get(question.id, "")],
    }
    value = answers.values.get(question.id, "")
    if isinstance(value, str):
        fields[question.id] = [value]
    elif isinstance(value, Mapping):
        fields |= {field_name(question.id, about): [held] for about, held in value.items()}
    elif question.kind is Kind.RANKING:
        fields |= {field_name(question.id, str(n)): [held] for n, held in enumerate(value, 1)}
    else:
        fields[question.id] = list(value)
    return shown(question.id, fields)


def fits(question: Question, expected: Shown, found: Shown, form: FormParser) -> bool:
    """Whether a page shows what is expected.

    What was ranked and is not ticked now is kept, but has no place in the list to choose from.
    """
    if question.kind is Kind.RANKING:
        first = form.choices.get(field_name(question.id, "1"), [])
        texts = (f"{NOTE}{question.id}", f"{OTHER_TEXT}{question.id}")
        expected = frozenset(pair for pair in expected if pair[0] in texts or pair[1] in first)
    return expected == found


def other_answers(question: Question, form: FormParser, chance: random.Random) -> Fields:
    """An answer to a question by chance, as the fields of its page, now and then with texts."""
    fields: Fields = {}
    match question.kind:
        case Kind.SINGLE:
            fields[question.id] = [chance.choice(form.choices[question.id])]
        case Kind.MULTI:
            apart = {*question.exclusive, DONT_KNOW}
            free = [code for code in form.choices[question.id] if code not in apart]
            some = chance.sample(free, chance.randint(1, len(free))) if free else []
            fields[question.id] = some if chance.random() < 0.9 else [DONT_KNOW]
        case Kind.TREND:
            names = [name for name in form.choices if name.startswith(f"{question.id}:")]
            fields |= {name: [chance.choice(form.choices[name])] for name in names}
        case Kind.RANKING:
            first = field_name(question.id, "1")
            possible = [code for code in form.choices.get(first, []) if code != DONT_KNOW]
            most = min(len(possible), question.at_most or 1)
            some = chance.sample(possible, chance.randint(0, most))
            names = [field_name(question.id, str(n + 1)) for n in range(question.at_most or 1)]
            fields |= {name: [""] for name in names}
            fields |= {name: [code] for name, code in zip(names, some, strict=False)}
    for prefix in (NOTE, OTHER_TEXT):
        name = f"{prefix}{question.id}"
        if name in form.fields and chance.random() < 0.4:
            fields[name] = [f"Gezegd op één\r\nvergadering: {chance.randrange(10**6)} & <meer>"]
    return fields


def all_kept(questionnaire: Questionnaire, answers: Answers) -> dict[str, Shown]:
    """What answers hold for every question."""
    return {question.id: kept(question, answers) for question in questionnaire}
