"""What can be wrong with content and survey data, each with what to do about it.

The sentences stand here and not in the content files: those may be what is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaltool.catalogue.data_sentences import DATA_SENTENCES
from evaltool.domain.language import Language, Text
from evaltool.paths import ASSETS, PACKAGE

SENTENCES: Mapping[str, Text] = {
    **DATA_SENTENCES,
    "missing_file": Text(
        "Het bestand ontbreekt. Zet het terug uit de laatste uitgave.",
        "The file is missing. Put it back from the latest release.",
    ),
    "not_utf8": Text(
        "Het bestand is geen UTF-8. Bewaar het opnieuw als UTF-8.",
        "The file is not UTF-8. Save it again as UTF-8.",
    ),
    "not_toml": Text(
        "Het bestand is geen geldige TOML: {reason}. Verbeter die plaats.",
        "The file is no valid TOML: {reason}. Mend that place.",
    ),
    "not_csv": Text(
        "Het bestand is geen geldige CSV: {reason}. Verbeter die plaats.",
        "The file is no valid CSV: {reason}. Mend that place.",
    ),
    "wrong_columns": Text(
        "De kolommen zijn “{found}”. Maak ervan: “{expected}”.",
        "The columns are “{found}”. Make them: “{expected}”.",
    ),
    "wrong_number_of_cells": Text(
        "Deze rij heeft {found} cellen en hoort er {expected} te hebben. Vul aan of schrap.",
        "This row has {found} cells and should have {expected}. Add or remove some.",
    ),
    "wrong_hash": Text(
        "De inhoud klopt niet met de sha256 ernaast. Zet het bestand terug of, als de wijziging "
        "bedoeld is, pas de sha256 aan.",
        "The content does not fit the sha256 beside it. Put the file back or, if the change is "
        "meant, adapt the sha256.",
    ),
    "not_a_table": Text("“{name}” hoort een tabel te zijn.", "“{name}” should be a table."),
    "missing_key": Text(
        "Bij “{name}” ontbreekt “{key}”. Voeg het toe.", "“{name}” lacks “{key}”. Add it."
    ),
    "unknown_key": Text(
        "Bij “{name}” is “{key}” onbekend. Schrap het of verbeter de naam.",
        "“{name}” has an unknown “{key}”. Remove it or correct its name.",
    ),
    "wrong_type": Text(
        "Bij “{name}” heeft “{key}” een verkeerde vorm. Kijk hoe de andere het doen.",
        "At “{name}” the form of “{key}” is wrong. See how the others do it.",
    ),
    "not_both_languages": Text(
        "“{name}”: de tekst “{key}” moet in nl en en ingevuld zijn, en niets anders.",
        "“{name}”: the text “{key}” must be filled in for nl and en, and nothing else.",
    ),
    "text_twice": Text(
        "De tekst “{key}” staat er twee keer. Schrap er een.",
        "The text “{key}” is there twice. Remove one.",
    ),
    "different_places": Text(
        "De tekst “{key}” vult in nl andere {{plaatsen}} in dan in en. Maak ze gelijk.",
        "The text “{key}” fills other {{places}} in nl than in en. Make them the same.",
    ),
    "broken_places": Text(
        "De tekst “{key}” heeft een accolade die geen {{plaats}} is. Verbeter ze.",
        "The text “{key}” has a brace that is no {{place}}. Correct it.",
    ),
    "unknown_route": Text(
        "“{name}” noemt de route “{key}”, die er (daarboven) niet is. Verbeter de naam.",
        "“{name}” names the route “{key}”, which is not there (above it). Correct the name.",
    ),
    "unknown_reference": Text(
        "“{name}” verwijst naar “{key}”, dat niet bestaat. Verbeter de naam.",
        "“{name}” refers to “{key}”, which does not exist. Correct the name.",
    ),
    "id_twice": Text(
        "De code “{name}” staat er twee keer. Geef een ervan een andere.",
        "The code “{name}” is there twice. Give one of them another.",
    ),
    "option_twice": Text(
        "“{name}” heeft de optie “{key}” twee keer. Schrap er een.",
        "“{name}” has the option “{key}” twice. Remove one.",
    ),
    "wrong_order": Text(
        "De volgorde van “{name}” noemt niet precies haar opties. Maak ze gelijk.",
        "The order of “{name}” does not name exactly its options. Make them the same.",
    ),
    "no_options": Text(
        "“{name}” heeft geen opties. Voeg ze toe.", "“{name}” has no options. Add them."
    ),
    "options_not_earlier": Text(
        "“{name}” neemt de opties over van “{key}”, die niet eerder komt. Verbeter de code of de "
        "volgorde.",
        "“{name}” takes the options of “{key}”, which does not come earlier. Correct the code or "
        "the order.",
    ),
    "no_sources": Text(
        "“{name}” zegt niet op welke vraag ze voortbouwt (sources). Voeg dat toe.",
        "“{name}” does not say which question it builds on (sources). Add that.",
    ),
    "wrong_source": Text(
        "“{name}” bouwt voort op “{key}”: dat hoort een eerdere multi-vraag te zijn, op een "
        "eerdere pagina. Verbeter de code of de plaats.",
        "“{name}” builds on “{key}”: that should be an earlier multi question, on an earlier "
        "page. Correct the code or the place.",
    ),
    "not_for_kind": Text(
        "“{name}” kan met haar soort vraag (kind) geen “{key}” hebben. Schrap het of verander de "
        "soort.",
        "“{name}” cannot have “{key}” with its kind of question. Remove it or change the kind.",
    ),
    "stray_questions": Text(
        "Geen enkel deel van de vragenlijst gebruikt dit bestand. Voeg het deel toe aan "
        "questionnaire.toml of schrap het bestand.",
        "No section of the questionnaire uses this file. Add the section to questionnaire.toml or "
        "remove the file.",
    ),
    "route_unknown": Text(
        "“{name}” hangt af van een vraag die niet bestaat. Verbeter de route.",
        "“{name}” depends on a question that does not exist. Correct the route.",
    ),
    "route_later": Text(
        "“{name}” hangt af van een vraag die pas later komt. Verander de volgorde of de route.",
        "“{name}” depends on a question that comes later. Change the order or the route.",
    ),
    "route_impossible": Text(
        "“{name}” kan nooit gevraagd worden: geen antwoord past bij de route. Verbeter ze.",
        "“{name}” can never be asked: no answer fits the route. Correct it.",
    ),
    "no_condition": Text(
        "“{name}”: “{found}” is geen voorwaarde. Kijk in docs/feedback.md welke er zijn.",
        "“{name}”: “{found}” is no condition. See docs/feedback.md for what there is.",
    ),
    "impossible_condition": Text(
        "“{name}” kan nooit gelden: er zijn geen antwoorden die bij de voorwaarde passen (bij een "
        "item: samen met die van zijn regel). Verbeter ze.",
        "“{name}” can never hold: no answers meet its condition (of an item: together with that of "
        "its rule). Correct it.",
    ),
    "question_for_attention": Text(
        "“{name}”: elk aandachtspunt heeft een vraag voor de tafel (ask), een sterk punt geen. "
        "Voeg ze toe of schrap ze.",
        "“{name}”: every point of attention has a question for the table (ask), a strength has "
        "none. Add or remove it.",
    ),
    "wrong_minutes": Text(
        "“{name}”: de delen zijn veelvouden van vijf en laten minstens tien minuten per bevinding. "
        "Verbeter de minuten.",
        "“{name}”: its parts are multiples of five and leave at least ten minutes per finding. "
        "Correct the minutes.",
    ),
    "form_empty": Text(
        "Bij “{name}” is een van de geschreven vormen leeg. Vul ze in of schrap ze.",
        "At “{name}” one of the written forms is empty. Fill it in or remove it.",
    ),
    "form_twice": Text(
        "“{name}” heeft de vorm “{form}”, die er al staat (een hoofdletter vooraan telt niet mee). "
        "Schrap er een.",
        "“{name}” has the form “{form}”, which is there already (a capital at the start makes no "
        "difference). Remove one.",
    ),
    "law_without_citation": Text(
        "“{name}” steunt op de wet zonder bron met datum. Noem een bron met “read”.",
        "“{name}” rests on the law without a dated source. Name a source with “read”.",
    ),
}


@dataclass(frozen=True)
class Fault:
    """One problem: file, line (1 is the first; None for the file as a whole) and a code above."""

    path: Path
    line: int | None
    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, language: Language) -> str:
        """``benchmarks/...csv:12: what is wrong. What to do.``"""
        for root in (ASSETS, PACKAGE.parent):
            if self.path.is_relative_to(root):
                shown = self.path.relative_to(root).as_posix()
                break
        else:
            shown = self.path.name
        place = shown if self.line is None else f"{shown}:{self.line}"
        return f"{place}: {SENTENCES[self.code].in_(language).format(**self.values)}"


class Faulty(Exception):
    """Content or data that cannot be used; ``faults`` lists every problem found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.sentence("en") for fault in self.faults))
