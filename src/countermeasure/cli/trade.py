"""``countermeasure trade``: who loses, where do goods divert, and what would both sides sign?"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from countermeasure.scenario import GameAnswer, GameSetting, Rules, TradeScenario
    from countermeasure.trade.multi.baseline import Baseline

__all__ = ["trade"]

trade = typer.Typer(
    help="Who loses from tariffs, where do goods divert, and what would both sides sign?",
    invoke_without_command=True,
    no_args_is_help=False,
)

DEFAULT = "no-deal-157"
ScenarioName = Annotated[
    str, typer.Option("--scenario", metavar="FILE", help="A scenario file, or the name of one shipped: trade scenarios.")
]
StatusQuo = Annotated[
    str | None,
    typer.Option("--scenario", metavar="FILE", help="Policy before, and of all who do not play; the baseline's if absent."),
]
BaselineName = Annotated[
    str, typer.Option("--baseline", metavar="NAME|FILE", help="compact, or a table of your own: docs/reference/trade.md.")
]
Theta = Annotated[
    str | None,
    typer.Option("--theta", metavar="SET|NUMBER", help="Long-run elasticities: a set of theta.csv, or one number for all."),
]
Mend = Annotated[bool, typer.Option("--mend", help="Put right what cannot balance in a table of your own, and tell it.")]
Horizon = Annotated[
    str | None,
    typer.Option("--horizon", metavar="YEARS", help="Years since the change, or long; that of the scenario if absent."),
]
Closure = Annotated[str, typer.Option("--closure", metavar="nominal|world|balanced", help="What becomes of deficits.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for tables (CSV, Parquet), JSON, pictures and the page.")
]
Against = Annotated[
    str, typer.Option("--against", metavar="CODES", help="Partners, split by commas: codes, blocs or names; -XX takes out.")
]
Sectors = Annotated[str, typer.Option("--sectors", metavar="NAMES", help="Sectors, split by commas; all goods if absent.")]
Tools = Annotated[str, typer.Option("--instruments", metavar="tariff|export_tax|both", help="What may be set.")]
Same = Annotated[
    str, typer.Option("--uniform", metavar="AXES", help="One rate over members, partners or sectors; split by commas.")
]
Bounds = Annotated[str, typer.Option("--bounds", metavar="LOW,HIGH", help="Least and greatest rate, fractions, as 0,1.5.")]


@trade.callback()
def run(
    context: typer.Context,
    scenario: ScenarioName = DEFAULT,
    baseline: BaselineName = "compact",
    horizon: Horizon = None,
    closure: Closure = "nominal",
    theta: Theta = None,
    mend: Mend = False,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """Who loses from a scenario, and where do goods divert?

    countermeasure trade --scenario april-2025-145 --horizon 1 --out report
    """
    if context.invoked_subcommand is not None:
        return
    from countermeasure.cli.talk import show_parts, told_files
    from countermeasure.scenario import load_trade_scenario, run_trade

    base = _baseline(baseline, theta, mend)
    asked = load_trade_scenario(scenario, base)
    if horizon is not None:
        asked = asked.at(_years(horizon))
    outcome = run_trade(asked, base, closure=closure)
    if out is not None:
        from countermeasure.io.trade_files import write_trade

        told_files(len(write_trade(out, outcome)), out)
    if as_json:
        from countermeasure.io.trade_files import trade_json

        sys.stdout.write(json.dumps(trade_json(outcome), ensure_ascii=False, indent=1) + "\n")
        return
    from countermeasure.cli.trade_screen import screen

    show_parts(screen(outcome))


@trade.command("scenarios")
def scenarios(as_json: flags.JsonOut = False) -> None:
    """Shipped scenarios, each with its intent.

    countermeasure trade scenarios
    """
    from countermeasure.cli.talk import out as console
    from countermeasure.scenario import load_trade_scenario, trade_scenario_names

    found = [load_trade_scenario(name) for name in trade_scenario_names()]
    if as_json:
        rows = [{"id": s.id, "title": s.title, "intent": s.intent, "horizon": s.years} for s in found]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    from countermeasure.cli.trade_screen import scenario_table

    console().print(scenario_table(found))


@trade.command("validate")
def validate_(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Report: .md or .json.")] = None,
    as_json: flags.JsonOut = False,
) -> None:
    """The model against the record of 2025: what was fitted, and what is predicted.

    countermeasure trade validate --out validation.md
    """
    from countermeasure.cli.talk import show_parts, talk
    from countermeasure.io.trade_validation import backtest_json, backtest_text
    from countermeasure.scenario import backtest

    if sys.stderr.isatty():
        talk().print("Duties of 2025 are averaged month by month; this takes half a minute.")
    found = backtest()
    if out is not None:
        if out.suffix not in (".md", ".json"):
            raise InputError(f"{out.name} is neither .md nor .json", code="bad_suffix", cure="Name it validation.md.")
        text = (
            json.dumps(backtest_json(found), ensure_ascii=False, indent=1) + "\n"
            if out.suffix == ".json"
            else backtest_text(found)
        )
        out.write_text(text, "utf-8")
    if as_json:
        sys.stdout.write(json.dumps(backtest_json(found), ensure_ascii=False, indent=1) + "\n")
        return
    from countermeasure.cli.trade_screen import validation_screen

    show_parts(validation_screen(found))


@trade.command("best")
def best_(
    who: Annotated[str, typer.Option("--for", metavar="CODES", help="Who chooses; several, split by commas, act as one.")],
    against: Against = "",
    instruments: Tools = "tariff",
    sectors: Sectors = "",
    uniform: Same = "",
    bounds: Bounds = "",
    scenario: StatusQuo = None,
    baseline: BaselineName = "compact",
    horizon: Horizon = None,
    closure: Closure = "balanced",
    theta: Theta = None,
    mend: Mend = False,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """Rates that are best for one government while all others keep theirs.

    countermeasure trade best --for US --against CN --horizon 3
    """
    from countermeasure.scenario import play_best

    setting = _setting(scenario, baseline, horizon, closure, theta, mend)
    rules = _rules(instruments, sectors, uniform, bounds)
    _show(play_best(setting, _words(who), _words(against) or None, rules), out, as_json)


@trade.command("war")
def war_(
    players: Annotated[list[str], typer.Argument(metavar="PLAYER PLAYER...", help="Codes or blocs; a bloc plays as one.")],
    ladder: Annotated[
        int, typer.Option("--ladder", min=0, max=20, help="Play so many moves of each side in turn, in place of the war's end.")
    ] = 0,
    instruments: Tools = "tariff",
    sectors: Sectors = "",
    uniform: Same = "",
    bounds: Bounds = "",
    scenario: StatusQuo = None,
    baseline: BaselineName = "compact",
    horizon: Horizon = None,
    closure: Closure = "balanced",
    theta: Theta = None,
    mend: Mend = False,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """A tariff war: everybody's rates are best against the others'.

    countermeasure trade war US CN --horizon 3
    """
    from countermeasure.scenario import play_ladder, play_war

    setting = _setting(scenario, baseline, horizon, closure, theta, mend)
    rules = _rules(instruments, sectors, uniform, bounds)
    answer = play_ladder(setting, players, ladder, rules) if ladder else play_war(setting, players, rules)
    _show(answer, out, as_json)


@trade.command("agreement")
def agreement_(
    parties: Annotated[list[str], typer.Argument(metavar="PARTY PARTY...", help="Codes or blocs; a bloc signs as one.")],
    after_war: Annotated[bool, typer.Option("--after-war", help="Count gains from the end of a war of the parties.")] = False,
    shares: Annotated[str, typer.Option("--shares", metavar="N,N", help="Gains relative to each other; equal if absent.")] = "",
    instruments: Tools = "tariff",
    sectors: Sectors = "",
    uniform: Same = "",
    bounds: Bounds = "",
    scenario: StatusQuo = None,
    baseline: BaselineName = "compact",
    horizon: Horizon = None,
    closure: Closure = "balanced",
    theta: Theta = None,
    mend: Mend = False,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """What all parties would sign: the largest gain over the policy before that they can share.

    countermeasure trade agreement US CN --scenario no-deal-157
    """
    from countermeasure.scenario import play_agreement

    setting = _setting(scenario, baseline, horizon, closure, theta, mend)
    rules = _rules(instruments, sectors, uniform, bounds)
    split = [_number(word, "--shares") for word in _words(shares)] or None
    _show(play_agreement(setting, parties, after_war=after_war, shares=split, rules=rules), out, as_json)


@trade.command("front")
def front_(
    members: Annotated[str, typer.Option("--members", metavar="CODES", help="Who acts as one: codes, blocs; -XX takes out.")],
    against: Annotated[str, typer.Option("--against", metavar="CODES", help="Partners that are taxed.")],
    reply: Annotated[bool, typer.Option("--reply", help="The partners answer, as one, with their own best rates.")] = False,
    instruments: Tools = "tariff",
    sectors: Sectors = "",
    uniform: Same = "",
    bounds: Bounds = "",
    scenario: StatusQuo = None,
    baseline: BaselineName = "compact",
    horizon: Horizon = None,
    closure: Closure = "balanced",
    theta: Theta = None,
    mend: Mend = False,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """A united front: members share one objective against some origins.

    countermeasure trade front --members G7 --against CN
    """
    from countermeasure.scenario import play_front

    setting = _setting(scenario, baseline, horizon, closure, theta, mend)
    rules = _rules(instruments, sectors, uniform, bounds)
    _show(play_front(setting, _words(members), _words(against), reply=reply, rules=rules), out, as_json)


@trade.command("export")
def export_(
    who: Annotated[str, typer.Option("--for", metavar="CODE", help="Who exports.")],
    sector: Annotated[str, typer.Option("--sector", help="Of what.")],
    to: Annotated[str, typer.Option("--to", metavar="CODES", help="Importers, split by commas; everybody if absent.")] = "",
    instrument: Annotated[str, typer.Option("--instrument", metavar="export_tax|quota", help="Tool.")] = "export_tax",
    rent: Annotated[
        float, typer.Option("--rent", min=0, max=1, help="Of a quota: share of its rent that stays with exporters.")
    ] = 1.0,
    bounds: Bounds = "",
    scenario: StatusQuo = None,
    baseline: BaselineName = "compact",
    horizon: Horizon = None,
    closure: Closure = "balanced",
    theta: Theta = None,
    mend: Mend = False,
    out: Out = None,
    as_json: flags.JsonOut = False,
) -> None:
    """The best export tax or quota of one economy on one good.

    countermeasure trade export --for CN --sector electronics --instrument quota
    """
    from countermeasure.scenario import play_export

    setting = _setting(scenario, baseline, horizon, closure, theta, mend)
    box = _rules("tariff", "", "", bounds).bounds
    found = play_export(setting, who, sector, _words(to) or None, instrument=instrument, exporter_rent=rent, bounds=box)
    _show(found, out, as_json)


def _show(answer: "GameAnswer", folder: Path | None, as_json: bool) -> None:
    from countermeasure.cli.talk import show_parts, told_files

    if folder is not None:
        from countermeasure.io.trade_files import write_game

        told_files(len(write_game(folder, answer)), folder)
    if as_json:
        from countermeasure.io.trade_files import game_json

        sys.stdout.write(json.dumps(game_json(answer), ensure_ascii=False, indent=1) + "\n")
        return
    from countermeasure.cli.trade_screen import game_screen

    show_parts(game_screen(answer))


def _setting(
    scenario: str | None, baseline: str, horizon: str | None, closure: str, theta: str | None, mend: bool
) -> "GameSetting":
    from countermeasure.scenario import game_setting, load_trade_scenario

    base = _baseline(baseline, theta, mend)
    asked: TradeScenario | None = None if scenario is None else load_trade_scenario(scenario, base)
    if asked is not None and horizon is not None:
        asked = asked.at(_years(horizon))
    years = None if asked is not None or horizon is None else _years(horizon)
    return game_setting(asked, base, years=years, closure=closure)


def _baseline(name: str, theta: str | None, mend: bool) -> "Baseline":
    """The shipped baseline or a table of one's own; faults that were mended are told."""
    from dataclasses import replace

    import numpy as np

    from countermeasure.trade.multi.shipped import DEFAULT_THETA, shipped_baseline, thetas

    number = None
    if theta is not None:
        try:
            number = float(theta)
        except ValueError:
            number = None
    if name == "compact":
        if number is None and theta is not None and theta not in thetas():
            raise InputError(
                f"--theta {theta!r} is neither a number nor a set", code="bad_theta", cure=f"Sets are {', '.join(thetas())}."
            )
        base = shipped_baseline(theta if theta is not None and number is None else DEFAULT_THETA)
        return base if number is None else replace(base, theta=np.full_like(base.theta, number))
    from countermeasure.io.trade_baselines import read_trade_baseline

    if not Path(name).exists():
        raise InputError(f"there is no baseline {name!r}", code="unknown_baseline", cure="Write compact, or a file or folder.")
    base, report = read_trade_baseline(name, theta=number if number is not None else theta, mend=mend)
    if report.changes:
        from countermeasure.cli.talk import talk

        talk().print(
            f"{len(report.changes)} cells were put right, {report.moved:.2%} of output; the report of the reader has each."
        )
    return base


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _number(text: str, flag: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{flag}: {text!r} is not a number", code="bad_number", cure="Write digits with a point.") from None


def _years(text: str) -> float | None:
    return None if text == "long" else _number(text, "--horizon")


def _rules(instruments: str, sectors: str, uniform: str, bounds: str) -> "Rules":
    from countermeasure.scenario import Rules

    box = [_number(word, "--bounds") for word in _words(bounds)]
    if box and len(box) != 2:
        raise InputError(f"--bounds {bounds!r} are not two numbers", code="bad_number", cure="Write them as 0,1.5.")
    return Rules(instruments, tuple(_words(sectors)) or None, (box[0], box[1]) if box else None, tuple(_words(uniform)))
