"""What can be wrong with the survey's figures and the register, each with what to do about it."""

from collections.abc import Mapping

from evaltool.domain.language import Text

DATA_SENTENCES: Mapping[str, Text] = {
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
    "missing_segment": Text(
        "Bij “{name}” ontbreken de cijfers van “{segment}”. Voeg de rijen toe.",
        "“{name}” lacks the figures of “{segment}”. Add the rows.",
    ),
    "unknown_segment": Text(
        "“{found}” is geen groep (segment) die we kennen. Verbeter de code.",
        "“{found}” is no segment that we know. Correct the code.",
    ),
    "distribution_twice": Text(
        "“{name}” ({segment}) staat ook in een andere tabel. Schrap een van beide.",
        "“{name}” ({segment}) is in another table too. Remove one of them.",
    ),
    "unlisted_table": Text(
        "De tabel “{table}” staat niet bij “tables”. Voeg ze toe of schrap haar bestanden.",
        "The table “{table}” is not among “tables”. Add it or remove its files.",
    ),
    "other_source": Text(
        "De bron heet “{found}”; bij de bestandsnaam hoort “{expected}”. Maak ze gelijk.",
        "The source is called “{found}”; the file name asks for “{expected}”. Make them agree.",
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
    "status_contradicts": Text(
        "Het aantal is “{count}” en de count_status “{status}”: printed en reconstructed hebben "
        "een aantal, percent_only niet. Verbeter een van beide.",
        "The count is “{count}” and the count_status “{status}”: printed and reconstructed have "
        "a count, percent_only has none. Correct one of them.",
    ),
    "percent_over_100": Text(
        "{found} % is meer dan alles. Verbeter de cel.",
        "{found} % is more than all. Correct the cell.",
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
    "no_fraction": Text(
        "“{found}” in de kolom {column} is geen breuk zoals 1 op 4. Verbeter de cel.",
        "“{found}” in the column {column} is no fraction like 1 op 4. Correct the cell.",
    ),
    "empty_cell": Text(
        "Deze rij heeft een lege cel. Vul ze in.", "This row has an empty cell. Fill it in."
    ),
    "merger_circle": Text(
        "“{name}” wordt via fusies weer zichzelf. Verbeter merged_into_nis.",
        "“{name}” becomes itself again by mergers. Correct merged_into_nis.",
    ),
    "merger_without_end": Text(
        "“{name}” heeft een einddatum zonder opvolger, of omgekeerd. Vul beide in.",
        "“{name}” has a last day without a successor, or the reverse. Fill in both.",
    ),
    "no_date": Text(
        "“{found}” in de kolom {column} is geen datum zoals 2024-12-31. Verbeter de cel.",
        "“{found}” in the column {column} is no date like 2024-12-31. Correct the cell.",
    ),
    "no_nis_code": Text(
        "“{found}” is geen NIS-code van vijf cijfers. Verbeter de cel.",
        "“{found}” is no NIS code of five digits. Correct the cell.",
    ),
    "wrong_group": Text(
        "“{name}” heeft bij code “{key}” een andere hoofdgroep dan belfius-2018-clusters.csv. "
        "Maak ze gelijk.",
        "“{name}” has another main group at code “{key}” than belfius-2018-clusters.csv. "
        "Make them the same.",
    ),
    "no_edition": Text(
        "De vragenlijst vergelijkt met “{name}”, maar die editie is er niet. Voeg ze toe.",
        "The questionnaire compares with “{name}”, but that edition is not there. Add it.",
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
