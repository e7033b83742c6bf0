"""Whether signals come in, as the survey counts them and splits its other questions by them."""

from evaltool.domain.answers import Answers


def signals_segment(answers: Answers) -> str | None:
    """The survey's split by own signals (Tabel 6); None where either answer is missing."""
    radicalisation = radicalisation_any(answers)
    polarisation = answers.single("polarisation_signals")
    if radicalisation is None or polarisation is None:
        return None
    match radicalisation == "yes", polarisation != "no":
        case True, True:
            return "signals_both"
        case True, False:
            return "signals_radicalisation_only"
        case False, True:
            return "signals_polarisation_only"
        case _:
            return "signals_none"


def radicalisation_any(answers: Answers) -> str | None:
    """Whether any signals of radicalisation come in: ``yes``, ``no`` or None (Tabel 1)."""
    signals = answers.single("radicalisation_signals")
    if signals is None:
        return None
    return "no" if signals == "none" else "yes"
