"""What can be wrong with content and survey data, each with what to do about it.

The sentences stand here and not in the content files: those may be what is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaltool.domain.language import Language, Text
from evaltool.paths import ASSETS, PACKAGE

SENTENCES: Mapping[str, Text] = {
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
    "no_provenance": Text(
        "Voor dit bestand staat nergens waar het vandaan komt. Voeg het toe aan sources.toml.",
        "Nothing says where this file comes from. Add it to sources.toml.",
    ),
    "question_without_survey": Text(
        "De vraag “{name}” heet bevraagd, maar er zijn geen cijfers. Voeg een tabel toe of zet "
        "benchmarked af.",
        "The question “{name}” is called surveyed, but there are no figures. Add a table or "
        "switch benchmarked off.",
    ),
    "unknown_question": Text(
        "De vraag “{name}” staat niet als bevraagd in de vragenlijst. Verbeter de code.",
        "The question “{name}” is not in the questionnaire as surveyed. Correct the code.",
    ),
    "unknown_option": Text(
        "De vraag “{name}” heeft geen optie “{option}”. Verbeter de code.",
        "The question “{name}” has no option “{option}”. Correct the code.",
    ),
    "cell_twice": Text(
        "De optie “{option}” van “{name}” staat er twee keer. Schrap er een.",
        "The option “{option}” of “{name}” is there twice. Remove one.",
    ),
    "missing_cell": Text(
        "Bij “{name}” ({segment}) ontbreekt de optie “{option}”. Voeg de rij toe of zet "
        "surveyed = false in de vragenlijst.",
        "“{name}” ({segment}) lacks the option “{option}”. Add the row or set surveyed = false "
        "in the questionnaire.",
    ),
    "two_bases": Text(
        "“{name}” ({segment}) heeft meer dan één basis n. Maak ze gelijk.",
        "“{name}” ({segment}) has more than one base n. Make them the same.",
    ),
    "wrong_kind": Text(
        "De soort is “{found}”, de vragenlijst zegt “{expected}”. Maak ze gelijk.",
        "The kind is “{found}”, the questionnaire says “{expected}”. Make them the same.",
    ),
    "unknown_status": Text(
        "“{found}” is geen count_status. Kies printed, reconstructed, ambiguous of percent_only.",
        "“{found}” is no count_status. Choose printed, reconstructed, ambiguous or percent_only.",
    ),
    "unknown_discrepancy": Text(
        "De tegenstrijdigheid “{found}” staat niet in discrepancies.csv. Voeg ze daar toe.",
        "The discrepancy “{found}” is not in discrepancies.csv. Add it there.",
    ),
    "no_figure": Text(
        "De optie “{option}” heeft aantal noch percentage. Vul er minstens een in.",
        "The option “{option}” has neither count nor percentage. Fill in at least one.",
    ),
    "count_over_base": Text(
        "Het aantal {count} past niet op de basis {n}. Verbeter een van beide.",
        "The count {count} does not fit the base {n}. Correct one of them.",
    ),
    "no_number": Text(
        "“{found}” in de kolom {column} is geen geheel getal. Verbeter de cel.",
        "“{found}” in the column {column} is no whole number. Correct the cell.",
    ),
    "empty_cell": Text(
        "Deze rij heeft een lege cel. Vul ze in.", "This row has an empty cell. Fill it in."
    ),
    "no_edition": Text(
        "De vragenlijst vergelijkt met “{name}”, maar die editie is er niet. Voeg ze toe.",
        "The questionnaire compares with “{name}”, but that edition is not there. Add it.",
    ),
    "no_condition": Text(
        "“{name}”: “{found}” is geen voorwaarde. Kijk in docs/feedback.md welke er zijn.",
        "“{name}”: “{found}” is no condition. See docs/feedback.md for what there is.",
    ),
    "impossible_condition": Text(
        "“{name}” kan nooit gelden: de voorwaarde spreekt zichzelf tegen. Verbeter ze.",
        "“{name}” can never hold: its condition contradicts itself. Correct it.",
    ),
    "law_without_citation": Text(
        "“{name}” steunt op de wet zonder bron met datum. Noem een bron met “read”.",
        "“{name}” rests on the law without a dated source. Name a source with “read”.",
    ),
    "wrong_sum": Text(
        "“{name}” ({segment}): de aantallen zijn samen {found}, de basis is {expected}. Verbeter "
        "een van beide.",
        "“{name}” ({segment}): the counts add up to {found}, the base is {expected}. Correct one "
        "of them.",
    ),
    "wrong_sum_of_answers": Text(
        "{name}: de antwoorden zijn samen {found}, het rapport drukt {expected}. Verbeter een "
        "aantal of sum_of_answers.",
        "{name}: the answers add up to {found}, the report prints {expected}. Correct a count or "
        "sum_of_answers.",
    ),
    "wrong_cluster_sum": Text(
        "“{name}”, “{option}”: de clusters zijn samen {found}, het totaal is {expected}. "
        "Verbeter een van beide.",
        "“{name}”, “{option}”: the clusters add up to {found}, the total is {expected}. Correct "
        "one of them.",
    ),
    "share_contradicts_count": Text(
        "“{option}”: {count} van {n} is {share} %, gedrukt staat {percent} %. Verbeter het cijfer "
        "of schrijf de tegenstrijdigheid op in discrepancies.csv en verwijs ernaar.",
        "“{option}”: {count} of {n} is {share} %, printed is {percent} %. Correct the figure or "
        "write the discrepancy down in discrepancies.csv and refer to it.",
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
