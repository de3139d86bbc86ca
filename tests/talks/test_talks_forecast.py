"""Forecasts: the published table, no leakage, proper scores, and models shown only where they earn it."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import InputError
from countermeasure.talks.forecast import forecast, may_be_shown, question, score_models
from countermeasure.talks.forecast.events import FIRST, SIDES, Counted, escalations, origins, outcomes
from countermeasure.talks.forecast.models import BASE, MODELS, base_rate, decayed, fit_logit, predict
from countermeasure.talks.forecast.rolling import Scored, ScoreTable, rolled
from countermeasure.talks.forecast.scores import block_length, brier, brier_parts, log_score, paired
from countermeasure.talks.timeline import Timeline, timeline

LOGIT, LAST, HAWKES = "decayed-count logit", "persistence", "mutual excitation"

# side, days, windows, share, then Brier of base rate, persistence and logit, log score of base rate and logit
ROWS = [
    ("US", 14, 69, 0.43, 0.268, 0.377, 0.287, 0.731, 0.774),
    ("US", 30, 67, 0.63, 0.266, 0.493, 0.295, 0.752, 0.876),
    ("CN", 14, 69, 0.13, 0.161, 0.174, 0.172, 0.505, 0.540),
    ("CN", 30, 67, 0.24, 0.277, 0.373, 0.355, 0.755, 0.937),
]


@lru_cache(maxsize=1)
def table() -> ScoreTable:
    return score_models(timeline())


@lru_cache(maxsize=1)
def counted() -> Counted:
    return Counted.of(timeline())


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r[0]}-{r[1]}")
def test_table_of_baselines(row: tuple[str, int, int, float, float, float, float, float, float]) -> None:
    side, days, windows, share, base, persistence, logit, base_log, logit_log = row
    scored = table().of(side, days)
    assert len(scored.origins) == windows
    assert scored.happened == pytest.approx(share, abs=0.005)
    assert scored.brier == pytest.approx(base, abs=0.002)
    assert scored.log_score == pytest.approx(base_log, abs=0.002)
    assert table().of(side, days, LAST).brier == pytest.approx(persistence, abs=0.002)
    assert table().of(side, days, LOGIT).brier == pytest.approx(logit, abs=0.002)
    assert table().of(side, days, LOGIT).log_score == pytest.approx(logit_log, abs=0.002)


def test_no_model_is_shown_today() -> None:
    assert table().shown == ()
    assert table().verdict() == "On the record to 2026-10-07 no model beats the base rate, so the base rate is shown."
    assert not score_models(timeline(verification="seen")).shown


def test_sheet_has_every_row_and_says_who_may_be_shown() -> None:
    sheet = table().sheet()
    assert len(sheet.rows) == 16 == 4 * len(MODELS)
    assert all(len(row) == len(sheet.columns) for row in sheet.rows)
    assert set(sheet.by_column()["may_be_shown"]) == {"base", "no"}
    assert "no model beats the base rate" in sheet.title
    with pytest.raises(InputError, match="was not scored for US within 60 days"):
        table().of("US", 60)


def test_days_counted() -> None:
    first, last = parse_day("2025-01-01"), parse_day("2026-10-07")
    inside = [int(((d >= first) & (d <= last)).sum()) for d in counted().by_side]
    assert inside == [39, 16]
    assert (np.diff(counted().relief) > 0).all()
    with pytest.raises(InputError, match="'EU' is no side"):
        counted().own("EU")


def test_only_moves_of_one_side_aimed_at_the_other_count() -> None:
    record = timeline()
    days = set(escalations(record, "CN").tolist())
    assert record.event("T117").day in days
    assert record.event("T191").day not in days  # aimed at the EU alone
    assert record.event("T239").day not in days  # only scheduled
    days = set(escalations(record, "US").tolist())
    assert record.event("T188").day not in days  # neither up nor down
    assert record.event("T083").day not in days  # day not known


# ----------------------------------------------------------------------------------------------------------- no leakage


def _shuffled(record: Timeline, day: int, seed: int) -> Timeline:
    """The record with the dates of all moves at or after a day dealt anew."""
    rng = np.random.default_rng(seed)
    late = [e for e in record if e.day >= day and e.status != "scheduled"]
    dates = rng.permutation([e.day for e in late])
    moved = {e.id: replace(e, day=int(d)) for e, d in zip(late, dates, strict=True)}
    return replace(record, events=tuple(sorted((moved.get(e.id, e) for e in record), key=lambda e: e.day)))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("side", SIDES)
def test_later_moves_change_nothing(model: str, side: str) -> None:
    day = parse_day("2026-01-10")
    other = Counted.of(_shuffled(timeline(), day, 1))
    assert not np.array_equal(other.own("US"), counted().own("US"))
    starts = origins(14, counted().until)[26:]
    early = int((starts <= day).sum())
    assert 20 < early < len(starts)
    cut = starts[early - 1] + 14  # the last origin at or before the day, scored on records that differ after it
    held, here = (rolled(model, c.before(int(cut)), side, 14)[1] for c in (counted(), other))
    assert np.array_equal(held[:early], here[:early])


def test_a_model_never_sees_the_window_it_is_asked_about() -> None:
    day = parse_day("2025-09-01")
    for model in MODELS:
        whole, cut = (predict(model, c, "US", 30, day, FIRST) for c in (counted(), counted().before(day)))
        assert whole == cut


def test_training_windows_have_closed() -> None:
    for days in (14, 30):
        assert (origins(days, parse_day("2025-06-01")) + days).max() <= parse_day("2025-06-01")
    with pytest.raises(InputError, match="no window of 30 days"):
        origins(30, FIRST + 29)
    with pytest.raises(InputError, match="a window of 0 days"):
        origins(0, FIRST)


@given(st.lists(st.integers(0, 80), max_size=12), st.integers(1, 30))
def test_outcomes_agree_with_a_plain_loop(days: list[int], length: int) -> None:
    happened = np.unique(np.array(days, dtype=np.int64))
    starts = np.arange(0, 60, 7)
    plain = [any(s <= d < s + length for d in days) for s in starts]
    assert outcomes(happened, starts, length).tolist() == plain


# ---------------------------------------------------------------------------------------------------------------- models


def test_base_rate_and_persistence_by_hand() -> None:
    assert base_rate(np.array([1.0, 0.0, 0.0])) == pytest.approx(2 / 5)
    assert base_rate(np.zeros(0)) == 0.5
    own = np.array([100, 120])
    by_hand = Counted((own, own), own, 1000)
    assert predict(LAST, by_hand, "US", 14, 134, 0) == 1.0
    assert predict(LAST, by_hand, "US", 14, 135, 0) == 0.0
    assert predict(LAST, by_hand, "US", 14, 120, 0) == 0.0  # a move on the origin lies in the window


def test_decayed_counts_by_hand() -> None:
    days = np.array([0, 379, 400])
    found = decayed(Counted((days, days[:0]), days[1:2], 1000), np.array([400, 421]))
    assert found[0].tolist() == pytest.approx([1, 0.5 ** (400 / 21) + 0.5, 0, 0.5])
    assert found[1].tolist() == pytest.approx([1, 0.5**2 + 0.5, 0, 0.25])  # the first is too long ago


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_logit_has_no_slope_at_its_fit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(40), rng.gamma(1.0, 2.0, (40, 3))])
    outcome = (rng.random(40) < 0.4).astype(float)
    found = fit_logit(design, outcome)
    slope = design.T @ (1 / (1 + np.exp(-design @ found)) - outcome) + 2 * np.r_[0, found[1:]]
    assert np.abs(slope).max() < 1e-6


def test_logit_holds_where_all_outcomes_are_alike() -> None:
    design = np.column_stack([np.ones(10), np.arange(10.0)])
    chance = 1 / (1 + np.exp(-design @ fit_logit(design, np.zeros(10))))
    assert (chance < 0.01).all()


# ---------------------------------------------------------------------------------------------------------------- scores

pairs = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


@given(pairs, st.integers(1, 20))
def test_parts_add_up_to_the_brier_score(drawn: list[tuple[float, bool]], bins: int) -> None:
    chance, outcome = (np.array(values, dtype=float) for values in zip(*drawn, strict=True))
    parts = brier_parts(chance, outcome, bins)
    assert parts.total == pytest.approx(brier(chance, outcome).mean(), abs=1e-12)
    binned = np.round(chance * 9) / 9 * 0.9 + 0.05  # one value in each of ten bins
    whole = brier_parts(binned, outcome, 10)
    assert whole.within == pytest.approx(0, abs=1e-12)
    assert whole.reliability - whole.resolution + whole.uncertainty == pytest.approx(brier(binned, outcome).mean(), abs=1e-12)


@given(st.floats(0, 1), st.floats(0.01, 0.99))
def test_scores_are_proper(said: float, true: float) -> None:
    for score in (brier, log_score):
        honest, other = (
            true * score(np.array([p]), np.array([1.0]))[0] + (1 - true) * score(np.array([p]), np.array([0.0]))[0]
            for p in (true, said)
        )
        assert honest <= other + 1e-12


def test_log_score_is_clipped() -> None:
    assert log_score(np.array([0.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx([-np.log(0.01), -np.log(0.99)])


@pytest.mark.parametrize(
    ("chance", "outcome", "words"),
    [([0.5], [1.0, 0.0], "1 probabilities and 2 outcomes"), ([1.5], [1.0], "out of range"), ([0.5], [0.5], "out of range")],
)
def test_scores_refuse_what_is_no_forecast(chance: list[float], outcome: list[float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        brier(np.array(chance), np.array(outcome))


def test_bootstrap_depends_on_its_seed_alone() -> None:
    again = score_models(timeline(), sides=("US",), horizons=(14,))
    for model in (LAST, LOGIT, HAWKES):
        assert again.of("US", 14, model).gain == table().of("US", 14, model).gain
    other = score_models(timeline(), sides=("US",), horizons=(14,), models=(LAST,), seed=1).of("US", 14, LAST)
    mine = table().of("US", 14, LAST)
    assert other.brier == mine.brier
    assert other.gain is not None
    assert mine.gain is not None
    assert other.gain.gain == mine.gain.gain
    assert other.gain.low == pytest.approx(mine.gain.low, abs=0.02)


def test_bootstrap_by_hand() -> None:
    same = paired(np.full(20, 0.3), np.full(20, 0.1), 4)
    assert (same.gain, same.low, same.high, same.floor) == pytest.approx((0.2, 0.2, 0.2, 0.2))
    assert (same.block, same.blocks) == (4, 5)
    rng = np.random.default_rng(3)
    noise = paired(rng.random(200), rng.random(200), 1, looks=12)
    assert noise.floor < noise.low < 0 < noise.high
    assert (block_length(14, 7), block_length(30, 7)) == (4, 10)


def _scored(gain: float, log_gain: float = 0.1, windows: int = 60) -> Scored:
    found = paired(np.full(windows, 0.25), np.full(windows, 0.25 - gain), 4)
    row = table().of("US", 14, LOGIT)
    return replace(row, gain=found, log_gain=log_gain)


def test_a_model_is_shown_only_where_it_beats_the_base_rate() -> None:
    assert may_be_shown(_scored(0.05))
    assert not may_be_shown(_scored(0.0))
    assert not may_be_shown(_scored(-0.05))
    assert not may_be_shown(_scored(0.05, log_gain=-0.01))
    assert not may_be_shown(_scored(0.05, windows=16))
    assert not may_be_shown(table().of("US", 14, BASE))


# --------------------------------------------------------------------------------------------------------------- answers


def test_answer_shows_the_base_rate_and_names_what_is_withheld() -> None:
    answer = forecast("us-escalates-14", parse_day("2026-11-22"))
    assert answer.p == answer.base == pytest.approx(48 / 97)
    assert answer.shown == ()
    assert {row.model for row in answer.withheld} == set(MODELS) - {BASE}
    words = "\n".join(answer.words())
    assert "49% (base rate)" in words
    assert "No model is shown: none beats the base rate" in words
    assert "45 days before the window are not in it" in words
    assert "Not shown: decayed-count logit" in words
    assert answer.sheet().by_column()["p"] == [answer.base, None, None, None]


def test_answer_on_an_early_day_uses_what_was_known() -> None:
    day = parse_day("2025-03-01")
    answer = forecast("cn-escalates-14", day)
    assert answer.windows == len(origins(14, day))
    assert answer.withheld == ()
    assert any("models are scored from 27 on" in note for note in answer.notes)
    later = _shuffled(timeline(), day, 5)
    assert forecast("cn-escalates-14", day, record=later) == answer
    with pytest.raises(InputError, match="no window of 14 days"):
        forecast("cn-escalates-14", FIRST)


def test_scores_that_know_more_than_the_day_are_refused() -> None:
    with pytest.raises(InputError, match="after the day asked"):
        forecast("us-escalates-14", parse_day("2026-01-01"), table=table())
    taken = forecast("us-escalates-14", parse_day("2026-10-08"), table=table())
    assert taken.scored_base is table().of("US", 14)


def test_a_model_that_earns_it_is_shown_unless_the_record_is_old() -> None:
    rows = tuple(
        replace(_scored(0.05), brier=0.2) if r.model == LOGIT else r for r in table().rows if (r.side, r.days) == ("US", 14)
    )
    better = ScoreTable(rows, table().until, 0)
    fresh = forecast("us-escalates-14", parse_day("2026-10-08"), table=better)
    assert [one.model for one in fresh.shown] == [LOGIT]
    assert fresh.p == fresh.shown[0].p == predict(LOGIT, counted(), "US", 14, parse_day("2026-10-08"), FIRST)
    assert any(line.startswith("decayed-count logit says") for line in fresh.words())
    assert "yes" in fresh.sheet().by_column()["may_be_shown"]
    assert "may be shown: decayed-count logit" in better.verdict()
    old = forecast("us-escalates-14", parse_day("2026-11-22"), table=better)
    assert old.shown == ()
    assert old.p == old.base


def test_clocks_are_counted_by_reading_and_by_day() -> None:
    day = parse_day("2026-11-22")
    text, announced = (forecast("truce-extended-2027-01", day, reading=r) for r in ("text", "announced"))
    assert (text.happened, text.windows, text.p) == (2, 2, 0.75)
    assert (announced.happened, announced.windows, announced.p) == (3, 3, 0.8)
    assert any("Not counted, since only stated" in line for line in text.words())
    early = forecast("truce-extended-2027-01", parse_day("2025-10-01"), reading="announced")
    assert early.windows == 1
    with pytest.raises(InputError, match="no clock of the question"):
        forecast("truce-extended-2027-01", parse_day("2025-08-11"))
    with pytest.raises(InputError, match="is not a reading"):
        forecast("truce-extended-2027-01", day, reading="both")
    with pytest.raises(InputError, match="closed on 2027-01-11"):
        forecast("truce-extended-2027-01", parse_day("2027-01-11"))


def test_words_never_speak_of_equilibria_as_chances() -> None:
    for name in ("us-escalates-30", "truce-extended-2027-01"):
        assert forecast(question(name), parse_day("2026-11-22")).words()[-1].endswith("do not enter here.")


def test_unknown_names_are_told() -> None:
    with pytest.raises(InputError, match="no model 'oracle'"):
        rolled("oracle", counted(), "US", 14)
    with pytest.raises(InputError, match="too short to score"):
        score_models(timeline(), until=parse_day("2025-03-01"))
    assert format_day(score_models(timeline(), until=parse_day("2026-03-01"), sides=("CN",)).until) == "2026-03-01"
