"""Read trade scenarios: every fault with its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.book.load import shipped_data
from countermeasure.book.model import Reading
from countermeasure.codes.day import parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, InputError, NotFoundError
from countermeasure.scenario.duties import USMCA_CLAIMED, chinese_average
from countermeasure.scenario.levels import policy_rows
from countermeasure.scenario.model import TradeScenario
from countermeasure.supply.scenario import scenario_names as supply_scenario_names
from countermeasure.trade.multi.shipped import shipped_baseline

if TYPE_CHECKING:
    from countermeasure.codes.yamltext import Loaded
    from countermeasure.scenario.file import TradeScenarioFile
    from countermeasure.trade.multi.baseline import Baseline

__all__ = ["load_trade_scenario", "trade_scenario_names", "trade_scenario_of", "trade_scenario_path"]


def trade_scenario_names() -> tuple[str, ...]:
    """Names of the shipped trade scenarios."""
    return tuple(sorted(p.stem for p in (shipped_data() / "trade" / "scenarios").glob("*.yaml")))


def load_trade_scenario(name: str | Path, baseline: Baseline | None = None) -> TradeScenario:
    """Read a scenario: a file, or the name of a shipped one.

    Raises:
        NotFoundError: If there is no such file and no such name.
        BookError: With every fault of the file, each with its line.
    """
    path = trade_scenario_path(name)
    return trade_scenario_of(load_text(path, path.name), path, baseline)


def trade_scenario_path(name: str | Path) -> Path:
    """The file of a scenario: itself, or that of a shipped name.

    Raises:
        NotFoundError: If there is no such file and no such name.
    """
    path = Path(name)
    if not path.exists() and path.suffix not in (".yaml", ".yml"):
        path = shipped_data() / "trade" / "scenarios" / f"{name}.yaml"
    if not path.is_file():
        raise NotFoundError(
            f"there is no trade scenario {str(name)!r}",
            code="unknown_scenario",
            cure=f"Give a file, or one of: {', '.join(trade_scenario_names())}.",
        )
    return path


def trade_scenario_of(loaded: Loaded, path: Path, baseline: Baseline | None = None) -> TradeScenario:
    """A scenario of what was read already.

    Args:
        loaded: What its file holds.
        path: The file; what it names lies beside it.
        baseline: Whose economies and sectors it names; the shipped one if absent.

    Raises:
        BookError: With every fault, each with its line.
    """
    from countermeasure.book.edge import read_model
    from countermeasure.scenario.file import TradeScenarioFile

    faults = list(loaded.faults)
    filed = None if faults else read_model(TradeScenarioFile, loaded, faults, what="a scenario", docs="docs/reference/trade.md")
    if filed is not None:
        scenario = _scenario(filed, path, loaded, faults)
        if not faults:
            policy_rows(scenario, baseline or shipped_baseline(), loaded, faults)
        if not faults:
            return scenario
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    raise BookError(
        f"{count} in the scenario", code="bad_scenario", where=path.name, cure="Mend these lines:", faults=dict.fromkeys(faults)
    )


def _critical(filed: TradeScenarioFile, path: Path, loaded: Loaded, faults: list[str]) -> tuple[str, float | None, str] | None:
    row, known = filed.critical, supply_scenario_names()
    if row is None:
        return None
    if row.supply not in known and not (path.parent / row.supply).is_file():
        where = loaded.where(("critical", "supply"))
        faults.append(f"{where}: there is no supply scenario {row.supply!r}; shipped are {', '.join(known)}")
    return row.supply, None if row.sigma is None else float(row.sigma), row.why


def _scenario(filed: TradeScenarioFile, path: Path, loaded: Loaded, faults: list[str]) -> TradeScenario:
    instruments = []
    for i, name in enumerate(filed.instruments):
        file = path.parent / name
        if not file.exists():
            file = shipped_data() / "scenarios" / f"{name}.yaml"
        if not file.exists():
            faults.append(f"{loaded.where(('instruments', i))}: there is no instrument {name!r} beside the scenario or shipped")
        instruments.append(file)
    if filed.duties_on and filed.chinese_average is None:
        try:
            chinese_average(parse_day(filed.duties_on))
        except InputError as error:
            faults.append(f"{loaded.where(('duties_on',))}: {error}")
    return TradeScenario(
        filed.id,
        filed.title,
        filed.intent,
        tuple(" ".join(s.values()) for s in filed.sources),
        parse_day(filed.duties_on) if filed.duties_on else None,
        parse_day(filed.known_on) if filed.known_on else None,
        Reading(filed.reading),
        tuple(instruments),
        None if filed.chinese_average is None else float(filed.chinese_average),
        USMCA_CLAIMED if filed.usmca_claimed is None else float(filed.usmca_claimed),
        tuple(c.model_dump() for c in filed.changes),
        tuple(q.model_dump() for q in filed.quotas),
        _critical(filed, path, loaded, faults),
        None if filed.horizon is None else float(filed.horizon),
        filed.notes,
        path.name,
        path.parent,
    )
