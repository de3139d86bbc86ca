"""Profits and lobbying on small made-up economies: textbook optimum, invariants, derivatives, games, bad input."""

import importlib
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.multi.baseline import Baseline
from countermeasure.trade.profits import Chooser, Constraints, ProfitModel, agreement, best, games, gradient, talks, war
from countermeasure.trade.profits import model as models
from countermeasure.trade.profits import search as searching

NAMES = tuple("ABCDEFG")


def economy(seed: int = 0, n: int = 3, s: int = 2, *, lobby: bool = False) -> ProfitModel:
    rng = np.random.default_rng(seed)
    flows = rng.uniform(0.2, 2.0, (n, n, s)) + 4 * np.eye(n)[:, :, None]
    tariff = rng.uniform(0, 0.3, (n, n, s)) * ~np.eye(n, dtype=bool)[:, :, None]
    weights = rng.uniform(0.5, 1.5, (n, s)) if lobby else None
    return ProfitModel(NAMES[:n], tuple(f"s{k}" for k in range(s)), flows, tariff, rng.uniform(2, 6, s), weights)


@pytest.fixture(scope="module")
def four() -> ProfitModel:
    return economy(3, 4, 3).balanced()


def test_nothing_changes_without_a_shock(four: ProfitModel) -> None:
    found = four.solve()
    for ratio in (found.wage, found.spending, found.price, found.level, found.real_income, found.government):
        np.testing.assert_allclose(ratio, 1, atol=1e-11)
    np.testing.assert_allclose(found.flows, four.flows, rtol=1e-11)
    for part in found.decomposition().values():
        np.testing.assert_allclose(part, 0, atol=1e-11)


def test_markets_close() -> None:
    four = economy(3, 4, 3)  # with transfers
    found = four.solve(four.foreign * 0.8)
    labour = (found.sales * (1 - 1 / four.sigma)).sum(axis=1)
    np.testing.assert_allclose(labour, found.wage * four.labour_income, rtol=1e-10)  # the dropped market too
    income = labour + found.profits.sum(axis=1) + found.revenue + four.own_transfer
    np.testing.assert_allclose(income, found.spending * four.spending, rtol=1e-10)
    assert (found.wage * four.labour_income).sum() == pytest.approx(four.labour_income.sum(), rel=1e-12)
    paid = (found.flows * (1 + found.tariff)).sum(axis=1)
    np.testing.assert_allclose(paid, four.budget * (found.spending * four.spending)[:, None], rtol=1e-10)
    assert found.residual < 1e-12


def test_units_and_order_do_not_matter(four: ProfitModel) -> None:
    tariff = four.foreign * 0.4
    found = four.solve(tariff)
    np.testing.assert_allclose(replace(four, flows=four.flows * 1e6).solve(tariff).real_income, found.real_income, rtol=1e-10)
    order = np.array([2, 0, 3, 1])
    other = replace(
        four,
        countries=tuple(four.countries[k] for k in order),
        flows=four.flows[np.ix_(order, order)],
        tariff=four.tariff[np.ix_(order, order)],
    )
    np.testing.assert_allclose(other.solve(tariff).real_income, found.real_income[order], rtol=1e-10)


def test_best_tariff_of_one_sector_is_the_textbook_one() -> None:
    """Two economies, one sector: 1 + 1 / ((sigma - 1) * share of the partner's spending on its own goods), after the change."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        flows = rng.uniform(0.5, 2, (2, 2, 1)) + 3 * np.eye(2)[:, :, None]
        model = ProfitModel(("H", "F"), ("all",), flows, np.zeros((2, 2, 1)), np.array([rng.uniform(2, 8)])).balanced()
        found = best(model, Chooser(("H",)))
        own = found.found.shares[1, 1, 0]
        assert found.tariff[0, 1, 0] == pytest.approx(1 / ((model.sigma[0] - 1) * own), rel=1e-8)
        assert found.residual < 1e-10
        assert found.method == "closed form"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_one_transposed_solve_gives_the_derivatives(seed: int, lobby: bool) -> None:
    model = economy(seed, 3, 3, lobby=lobby)
    rng = np.random.default_rng(seed)
    tariff, weights = model.foreign * rng.uniform(0, 0.8, model.flows.shape), rng.uniform(0, 1, 3)
    slope = gradient(model.solve(tariff), weights)
    way = rng.normal(size=tariff.shape) * model.foreign

    def at(step: float) -> float:
        return float(weights @ np.log(model.solve(tariff + step * way).government))

    central = (8 * (at(1e-3) - at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3
    assert (slope * way).sum() == pytest.approx(central, rel=1e-6, abs=1e-9)


def test_weights_of_one_are_real_income_with_transfers_too(four: ProfitModel) -> None:
    for model in (four, replace(four, transfer=np.array([1.0, -2.0, 0.5, 0.5]))):
        found = model.solve(model.foreign * 0.5)
        np.testing.assert_allclose(found.government, found.real_income, rtol=1e-11)
    gone = economy(4, 4, 3).balanced()
    np.testing.assert_allclose(gone.own_transfer, 0, atol=1e-9)


def test_search_finds_what_the_closed_form_finds(four: ProfitModel) -> None:
    for model in (four, replace(four, lobby=np.random.default_rng(1).uniform(0.4, 1.6, (4, 3)))):
        closed = best(model, Chooser(("B",)))
        game = searching.Game(model, (Chooser(("B",)),), Constraints())
        _, said = searching._climb(game, *game.look(model.tariff))
        assert closed.value[0] == pytest.approx(said.value[0], abs=1e-10)
        assert closed.value[0] >= said.value[0] - 1e-13


def test_search_takes_over_where_the_closed_form_lowers_the_objective(
    four: ProfitModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = best(four, Chooser(("B",))).value[0]
    true = searching.answer

    def wrong(*asked: object) -> object:
        said = true(*asked)
        return said._replace(wish=np.where(said.slope > 0, 0.0, np.where(said.slope < 0, 9.0, said.wish)))

    monkeypatch.setattr(searching, "answer", wrong)
    found = best(four, Chooser(("B",)))
    assert found.method == "closed form and search"
    assert found.value[0] == pytest.approx(expected, abs=1e-10)
    assert found.residual < 1e-6


def test_nobody_gains_from_moving_any_chosen_tariff(four: ProfitModel) -> None:
    rng = np.random.default_rng(5)
    front = best(four, Chooser(("A", "C"), ("B", "D"), weights=(2.0, 1.0)))
    omega = np.array([2, 0, 1, 0]) / 3
    lines = Chooser(("A", "C"), ("B", "D")).lines(four)
    assert lines.sum() == front.lines[0] == 12
    np.testing.assert_array_equal(front.tariff[~lines], four.tariff[~lines])
    for _ in range(20):
        moved = np.where(lines, np.clip(front.tariff + rng.normal(0, 0.05, lines.shape), 0, 10), front.tariff)
        assert omega @ four.solve(moved).government < front.value[0]
    text = str(front)
    assert "A + C choose together 12 tariffs on B, D" in text
    assert "tariffs from 0% to 1000%" in text
    assert "first-order residual" in text


def test_bounds_hold_and_count(four: ProfitModel) -> None:
    found = best(four, Chooser(("A",), sectors=("s1",)), constraints=Constraints(-0.2, 0.1))
    assert found.lines == (3,)
    np.testing.assert_allclose(found.tariff[0, 1:, 1], 0.1)
    assert found.residual == 0
    np.testing.assert_array_equal(found.tariff[:, :, [0, 2]], four.tariff[:, :, [0, 2]])


def test_a_prohibitive_peak_is_found(four: ProfitModel) -> None:
    """A sector that the government values far above others: a peak at the bound beats the one that conditions find."""
    lobby = np.ones((4, 3))
    lobby[0] = [6.0, 0.1, 0.1]
    found = best(replace(four, lobby=lobby), Chooser(("A",)))
    rng = np.random.default_rng(2)
    for _ in range(30):
        other = four.tariff.copy()
        other[0, 1:] = rng.choice([0.0, 0.3, 1.0, 10.0], size=(1, 3))
        assert replace(four, lobby=lobby).solve(other).government[0] <= found.value[0] + 1e-12
    assert found.tariff[0, 1:, 0].min() == 10


def test_war_is_the_same_from_everywhere(four: ProfitModel) -> None:
    found = war(four)
    assert found.regret is not None
    assert found.regret < 1e-9
    assert found.residual < 1e-8
    for start in (np.zeros_like(four.tariff), four.foreign * 3.0):
        np.testing.assert_allclose(war(four, tariff=start, verify=False).tariff, found.tariff, atol=1e-7)
    for k in range(4):
        alone = best(four, Chooser((four.countries[k],)), tariff=found.tariff)
        assert alone.value[0] == pytest.approx(found.value[k], abs=1e-10)


def test_war_of_a_front_against_one_leaves_the_rest_alone(four: ProfitModel) -> None:
    sides = (Chooser(("A", "B"), ("D",)), Chooser(("D",), ("A", "B")))
    found = war(four, sides)
    assert found.lines == (6, 6)
    mine = sides[0].lines(four) | sides[1].lines(four)
    np.testing.assert_array_equal(found.tariff[~mine], four.tariff[~mine])
    assert "alone and anew nobody gains more" in str(found)


def test_war_goes_on_by_best_responses(four: ProfitModel, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = war(four).tariff
    monkeypatch.setattr(searching, "_ROUNDS", 6)
    found = war(four)
    assert found.method == "closed form after best responses"
    np.testing.assert_allclose(found.tariff, expected, atol=1e-7)


def test_agreement_gives_equal_gains_that_nothing_improves(four: ProfitModel) -> None:
    found = agreement(four)
    assert found.common > 0
    assert found.spread < 1e-6
    assert found.residual < 1e-6
    np.testing.assert_allclose(found.gain, found.found.government / found.before.government - 1, atol=1e-12)
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights > 0).all()
    rng = np.random.default_rng(3)
    for _ in range(20):
        moved = np.where(four.foreign, np.clip(found.tariff + rng.normal(0, 0.02, four.flows.shape), 0, 10), 0)
        assert (four.solve(moved).government - found.found.government).min() < 1e-8
    again = agreement(four, tariff=found.tariff)
    assert again.common == pytest.approx(0, abs=1e-5)
    assert "equal gains" in str(found)


def test_agreement_of_two_in_agreed_parts(four: ProfitModel) -> None:
    fight = war(four, (Chooser(("A",), ("B",)), Chooser(("B",), ("A",))), verify=False)
    found = agreement(four, ["A", "B"], tariff=fight.tariff, split=(3, 1))
    assert found.gain[0] == pytest.approx(3 * found.gain[1], abs=1e-6)
    assert found.gain[1] > 0
    assert found.lines == (3, 3)
    assert "gains in agreed parts" in str(found)
    both = Chooser(("A", "B"), ("A", "B")).lines(four)
    np.testing.assert_array_equal(found.tariff[~both], fight.tariff[~both])
    sides = (Chooser(("A",), ("B",)), Chooser(("B",), ("A",)))
    same = agreement(four, sides, tariff=fight.tariff, split=(3, 1))
    assert same.common == pytest.approx(found.common, abs=1e-7)


def test_a_baseline_of_many_sectors_serves(four: ProfitModel) -> None:
    gone = four.balanced()
    nothing = np.zeros_like(gone.flows)
    base = Baseline(
        gone.countries,
        gone.sectors,
        gone.flows,
        gone.tariff,
        nothing,
        np.zeros((4, 3, 3)),
        gone.budget,
        gone.sigma - 1,
        np.ones(3, dtype=bool),
    )
    model = ProfitModel.of(base)
    np.testing.assert_allclose(model.solve(model.foreign * 0.3).real_income, gone.solve(gone.foreign * 0.3).real_income)
    taxed = replace(base, export_tax=nothing + 0.1 * gone.foreign, final=_final(gone))
    with pytest.raises(InputError, match="export taxes"):
        ProfitModel.of(taxed)


def _final(model: ProfitModel) -> np.ndarray:
    paid = (model.flows * (1 + 0.1 * model.foreign) * (1 + model.tariff)).sum(axis=1)
    return paid / paid.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sigma": np.array([2.0, 1.0])}, r"sigma \[s1\] is 1; it must be above 1"),
        ({"flows": -np.ones((3, 3, 2))}, r"flows \[A, A, s0\] is -1; it must be at least 0"),
        ({"flows": np.full((3, 3, 2), np.nan)}, "is nan"),
        ({"flows": np.zeros((3, 3, 2))}, "A sells nothing"),
        ({"tariff": np.full((3, 3, 2), -1.0)}, "must be above -1"),
        ({"lobby": np.full((3, 2), -0.5)}, r"lobby \[A, s0\] is -0.5"),
        ({"lobby": np.ones((2, 2))}, r"lobby has shape \(2, 2\), not \(3, 2\)"),
        ({"transfer": np.array([1.0, 0.0, 0.0])}, "transfers sum to 1, not to 0"),
        ({"countries": ("A", "A", "B")}, "the country A stands twice"),
    ],
)
def test_bad_baselines_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(economy(), **change)


def test_bad_questions_are_refused(four: ProfitModel) -> None:
    wrong = four.tariff.copy()
    wrong[0, 1, 2] = -1
    with pytest.raises(InputError, match=r"tariff \[A, B, s2\] is -1"):
        four.solve(wrong)
    with pytest.raises(InputError, match="shape"):
        four.solve(np.zeros((4, 4)))
    for chooser, words in (
        (Chooser(("X",)), "unknown economy 'X'"),
        (Chooser(()), "needs members"),
        (Chooser(("A", "A")), "named once"),
        (Chooser(("A",), ("A",)), "no tariff to choose"),
        (Chooser(("A",), sectors=("zz",)), "unknown sectors zz"),
        (Chooser(("A", "B"), weights=(1.0,)), "one number a member"),
        (Chooser(("A",), weights=(-1.0,)), "none negative"),
    ):
        with pytest.raises(InputError, match=words):
            best(four, chooser)
    with pytest.raises(InputError, match=r"the tariff \[A, .* has two choosers"):
        war(four, (Chooser(("A",)), Chooser(("A", "B"))))
    with pytest.raises(InputError, match="at least one chooser"):
        war(four, ())
    with pytest.raises(InputError, match="-1 < low < high"):
        Constraints(0.5, 0.1)
    with pytest.raises(InputError, match="at least two parties"):
        agreement(four, ["A"])
    with pytest.raises(InputError, match="4 numbers above 0"):
        agreement(four, split=(1, 1, 1, 0))


def test_a_shock_too_large_says_how_far_it_came(four: ProfitModel) -> None:
    deficit = economy(3, 4, 3)  # its transfers cannot be paid without trade
    with pytest.raises(NoSolutionError, match=r"\d+% of the way from those in force was"):
        deficit.solve(deficit.foreign * 1e4)
    assert four.solve(four.foreign * 1e3).residual < 1e-10  # nearly no trade is fine


def test_a_change_too_large_for_one_step_is_taken_in_several(four: ProfitModel, monkeypatch: pytest.MonkeyPatch) -> None:
    tariff, true, calls = four.foreign * 2.0, models.newton, []
    expected = four.solve(tariff).real_income

    def shy(*asked: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise NoSolutionError("too far")
        return true(*asked, **named)

    monkeypatch.setattr(models, "newton", shy)
    np.testing.assert_allclose(four.solve(tariff).real_income, expected, rtol=1e-11)
    assert len(calls) == 5


def test_what_is_not_settled_is_an_error(four: ProfitModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(games, "_FLAT", -1.0)
    with pytest.raises(NoSolutionError, match="the first-order conditions are not met"):
        best(four, Chooser(("A",)))
    monkeypatch.setattr(games, "_TURNS", 1)
    monkeypatch.setattr(searching, "_ROUNDS", 1)
    with pytest.raises(NoSolutionError, match="the war does not settle"):
        war(four)
    monkeypatch.setattr(talks, "_OUTER", 1)
    monkeypatch.setattr(talks, "_STIFFNESS", 1e-3)
    with pytest.raises(NoSolutionError, match="the agreement was not found"):
        agreement(four)


def test_a_sector_that_nobody_buys_is_left_alone() -> None:
    model = economy()
    flows = model.flows.copy()
    flows[1, :, 1] = 0
    found = replace(model, flows=flows).solve(model.foreign * 0.2)
    assert np.isfinite(found.real_income).all()
    assert found.price[1, 1] == 1
    done = best(replace(model, flows=flows), Chooser(("B",)))
    assert done.residual < 1e-8


def test_door_lists_what_it_gives() -> None:
    module = importlib.import_module("countermeasure.trade.profits")
    given_ = {n for n, v in vars(module).items() if not n.startswith("_") and not isinstance(v, ModuleType)}
    assert given_ == set(module.__all__)
