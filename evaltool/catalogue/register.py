"""Reads the register of municipalities: ``benchmarks/municipalities/`` and the clusters."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evaltool.catalogue.faults import Fault
from evaltool.catalogue.files import Entry, Faults, Rows, check_hash, read_csv, read_toml
from evaltool.domain.language import Text
from evaltool.domain.municipality import (
    Cluster,
    FormerMunicipality,
    Municipality,
    Proposal,
    Register,
)
from evaltool.domain.survey import CLUSTERS

MUNICIPALITY_COLUMNS = (
    "nis_code",
    "name",
    "province",
    "police_zone",
    "valid_from",
    "valid_to",
    "merged_into_nis",
    "postal_codes",
)
BELFIUS_COLUMNS = ("nis_code", "name", "cluster_code", "main_group")
GROUP_COLUMNS = ("cluster_code", "cluster_name", "main_group", "n_2018_of_308", "printed_as")


_READ = ("municipalities.csv", "belfius-2018.csv", "belfius-2018-clusters.csv")


@dataclass(frozen=True)
class _Group:
    """A main group of the typology of 2018, and the survey cluster it points to."""

    label: Text
    candidates: tuple[int, ...]
    plausible: tuple[int, ...]
    reason: Text


@dataclass(frozen=True)
class _Rules:
    """How a cluster is proposed, with the sentences that say why."""

    groups: Mapping[str, _Group]
    always: Text
    no_group: Text
    parts_share: Text
    kept_code: Text


def read_register(folder: Path, content: Path, faults: Faults) -> Register | None:
    """The register, its hashes, columns and references checked; None if a file is unreadable.

    ``folder`` is ``benchmarks/municipalities``, ``content`` holds ``clusters.toml``.
    """
    _check_hashes(folder, faults)
    path, belfius_path, groups_path = (folder / name for name in _READ)
    rows = read_csv(path, MUNICIPALITY_COLUMNS, faults)
    groups_2018 = read_csv(belfius_path, BELFIUS_COLUMNS, faults)
    codes_2018 = read_csv(groups_path, GROUP_COLUMNS, faults)
    rules = _rules(folder / "proposal.toml", faults)
    clusters = _clusters(content / "clusters.toml", faults)
    if rows is None or groups_2018 is None or codes_2018 is None:
        return None
    if rules is None or clusters is None:
        return None
    groups = {row["cluster_code"]: row["main_group"] for _, row in codes_2018}
    belfius = _belfius(belfius_path, groups_2018, rules, groups, faults)
    codes = _codes(path, rows, faults)
    for line, row in groups_2018:
        if row["nis_code"] not in codes:
            values = {"name": row["name"], "key": row["nis_code"]}
            faults.append(Fault(belfius_path, line, "unknown_reference", values))
    former = _former(path, rows, codes, faults)

    municipalities: dict[str, Municipality] = {}
    for _, row in rows:
        code = row["nis_code"]
        if code in former or row["merged_into_nis"]:
            continue
        parts = tuple(sorted(_parts(code, former)))
        group, proposal = _propose(code, parts, belfius, rules)
        municipalities[code] = Municipality(
            nis_code=code,
            name=row["name"],
            province=row["province"],
            police_zone=row["police_zone"],
            belfius_group=group,
            proposal=proposal,
            former=tuple(former[part].name for part in parts),
        )
    return Register(municipalities, former, clusters)


def _belfius(
    path: Path, rows: Rows, rules: _Rules, groups: Mapping[str, str], faults: Faults
) -> Mapping[str, str]:
    """The main group of 2018 by NIS code, each known to the rules and fit for its code."""
    found: dict[str, str] = {}
    for line, row in rows:
        code, group = row["nis_code"], row["main_group"]
        if code in found:
            faults.append(Fault(path, line, "id_twice", {"name": code}))
        if group not in rules.groups:
            faults.append(Fault(path, line, "unknown_reference", {"name": code, "key": group}))
        elif groups.get(row["cluster_code"]) != group:
            values = {"name": code, "key": row["cluster_code"]}
            faults.append(Fault(path, line, "wrong_group", values))
        found[code] = group
    return found


def _codes(path: Path, rows: Rows, faults: Faults) -> frozenset[str]:
    """Every NIS code of the register, its row checked cell by cell."""
    found: set[str] = set()
    for line, row in rows:
        code = row["nis_code"]
        if not (code.isascii() and code.isdigit() and len(code) == 5):
            faults.append(Fault(path, line, "no_nis_code", {"found": code}))
        if code in found:
            faults.append(Fault(path, line, "id_twice", {"name": code}))
        found.add(code)
        if not (row["name"] and row["province"] and row["postal_codes"]):
            faults.append(Fault(path, line, "empty_cell"))
        for column in ("valid_from", "valid_to"):
            if not _is_day(row[column]) and (row[column] or column == "valid_from"):
                values = {"column": column, "found": row[column]}
                faults.append(Fault(path, line, "no_date", values))
        if bool(row["valid_to"]) != bool(row["merged_into_nis"]):
            faults.append(Fault(path, line, "merger_without_end", {"name": code}))
    return frozenset(found)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _former(
    path: Path, rows: Rows, codes: Container[str], faults: Faults
) -> dict[str, FormerMunicipality]:
    """The municipalities that were merged, by their old code; none that becomes itself again."""
    found: dict[str, FormerMunicipality] = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        code, into = row["nis_code"], row["merged_into_nis"]
        if into and into not in codes:
            faults.append(Fault(path, line, "unknown_reference", {"name": code, "key": into}))
        elif into:
            found[code] = FormerMunicipality(code, row["name"], into)
            lines[code] = line
    for start in list(found):
        seen, code = {start}, found[start].merged_into
        while code in found and code not in seen:
            seen.add(code)
            code = found[code].merged_into
        if code == start:
            faults.append(Fault(path, lines[start], "merger_circle", {"name": start}))
    circles = {f.values["name"] for f in faults if f.code == "merger_circle"}
    return {code: former for code, former in found.items() if code not in circles}


def _parts(code: str, former: Mapping[str, FormerMunicipality]) -> Iterable[str]:
    """The former municipalities that a code holds, however many mergers ago."""
    for part in former.values():
        if part.merged_into == code:
            yield part.nis_code
            yield from _parts(part.nis_code, former)


def _propose(
    code: str, parts: tuple[str, ...], belfius: Mapping[str, str], rules: _Rules
) -> tuple[Text | None, Proposal]:
    """The group of 2018 and what follows from it.

    A municipality that kept its code has its own group; a new one that of its parts, if they
    share one.
    """
    found = {belfius[part] for part in parts if part in belfius}
    if code in belfius:
        name = belfius[code]
        before = rules.kept_code if parts else None
    elif len(found) == 1:
        (name,) = found
        before = rules.parts_share
    else:
        return None, Proposal((), CLUSTERS, rules.no_group)
    group = rules.groups.get(name)
    if group is None:
        return None, Proposal((), CLUSTERS, rules.no_group)
    sentences = [s for s in (before, group.reason, rules.always) if s is not None]
    reason = Text(" ".join(s.nl for s in sentences), " ".join(s.en for s in sentences))
    return group.label, Proposal(group.candidates, group.plausible, reason)


def _rules(path: Path, faults: Faults) -> _Rules | None:
    table = read_toml(path, faults)
    if table is None:
        return None
    entry = Entry(path, "proposal", table, faults)
    groups: dict[str, _Group] = {}
    for group in entry.entries("groups"):
        name = group.string("main_group")
        group.name = name
        groups[name] = _Group(
            label=group.needed_text("label"),
            candidates=_numbers(group, "candidates"),
            plausible=_numbers(group, "plausible"),
            reason=group.needed_text("reason"),
        )
        group.done()
    rules = _Rules(
        groups=groups,
        always=entry.needed_text("always"),
        no_group=entry.needed_text("no_group"),
        parts_share=entry.needed_text("parts_share"),
        kept_code=entry.needed_text("kept_code"),
    )
    entry.done()
    return rules


def _numbers(entry: Entry, key: str) -> tuple[int, ...]:
    value = entry.raw(key, [])
    if not isinstance(value, list) or not all(type(n) is int and n in CLUSTERS for n in value):
        entry.fault("wrong_type", key=key)
        return ()
    return tuple(value)


def _clusters(path: Path, faults: Faults) -> Mapping[int, Cluster] | None:
    table = read_toml(path, faults)
    if table is None:
        return None
    entry = Entry(path, "clusters", table, faults)
    found: dict[int, Cluster] = {}
    for cluster in entry.entries("clusters"):
        number = cluster.whole("number")
        found[number] = Cluster(
            number, cluster.needed_text("label"), cluster.needed_text("explanation")
        )
        cluster.done()
    entry.done()
    if set(found) != set(CLUSTERS):
        entry.fault("wrong_type", key="clusters")
        return None
    return found


def _check_hashes(folder: Path, faults: Faults) -> None:
    path = folder / "sources.toml"
    entry = Entry(path, "sources", read_toml(path, faults) or {}, faults)
    named: set[str] = set()
    for file in entry.entries("files"):
        name = file.string("name")
        named.add(name)
        file.name = name
        file.needed_text("what")
        file.strings("sources", required=True)
        file.string("licence")
        file.day("accessed")
        check_hash(folder / name, file.string("sha256"), faults)
        if name not in _READ and not (folder / name).exists():
            faults.append(Fault(folder / name, None, "missing_file"))
        file.done()
    entry.done()
    for data in sorted(folder.glob("*.csv")):
        if data.name not in named:
            faults.append(Fault(data, None, "no_provenance"))
