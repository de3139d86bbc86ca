"""From the book to a state and back: which options hold on a day and why, and a state as a scenario of the book."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book.load import Book, read_instrument
from countermeasure.book.model import DAY, Reading, State
from countermeasure.codes.day import parse_day
from countermeasure.duty.engine import DutyEngine
from countermeasure.duty.line import Line
from countermeasure.errors import BookError, InputError, NotFoundError
from countermeasure.talks.drafts import state_to_instruments
from countermeasure.talks.measures import status_quo_on
from countermeasure.talks.model import Conflict, Option, Party, Preference, StateSpace
from countermeasure.talks.read import load_conflict
from countermeasure.talks.standing import provisions_of, standing_of, unknown_measures
from countermeasure.talks.switches import Switch, load_deals, load_switches

STAND_OFF = ("october-2025", "october-2025-payoffs", "october-2025-third-party", "expiry-2026-27")


@pytest.fixture(scope="module")
def book():
    return Book.shipped()


@pytest.fixture(scope="module")
def october():
    return load_conflict("october-2025")


def toy(*options: Option, codes=None, status_quo=None):
    bits = len(options)
    space = StateSpace(bits, np.arange(1 << bits) if codes is None else np.array(codes))
    flat = Preference(np.zeros(len(space), dtype=np.int32))
    parties = (Party("US", "United States"), Party("CN", "China"))
    return Conflict("toy", "Toy", parties, options, space, (flat, flat), status_quo)


@pytest.mark.parametrize(
    ("day", "reading", "known_on", "label"),
    [
        ("2025-09-28", Reading.TEXT, None, "0"),
        ("2025-09-29", Reading.TEXT, None, "1"),
        ("2025-10-08", Reading.TEXT, None, "1"),
        ("2025-10-15", Reading.TEXT, None, "5"),  # the 50 % rule, and Announcements 61 (in part) and 62
        ("2025-11-05", Reading.TEXT, None, "13"),  # purchases were promised on 30 October
        ("2025-11-07", Reading.TEXT, None, "9"),  # Announcement 70 suspends from this day
        ("2025-11-15", Reading.TEXT, None, "8"),  # 90 FR 50857 stays the rule from 10 November
        ("2025-12-05", Reading.TEXT, "2025-10-20", "5"),  # as known before both
        ("2026-10-10", Reading.TEXT, None, "8"),
        ("2026-11-22", Reading.TEXT, None, "13"),  # by the text both are back
        ("2026-11-22", Reading.ANNOUNCED, None, "8"),  # by the statements of September neither is
        ("2027-01-11", Reading.ANNOUNCED, None, "13"),
        ("2025-10-15", Reading.ANNOUNCED, "2025-10-15", "5"),
        ("2025-11-01", Reading.ANNOUNCED, "2025-10-15", "7"),  # the threat, had it come
    ],
)
def test_the_state_of_a_day_is_that_of_the_book(october, book, day, reading, known_on, label):
    known = None if known_on is None else parse_day(known_on)
    switches = load_switches("october-2025", october)
    found = status_quo_on(october, book, parse_day(day), reading, known_on=known, switches=switches)
    assert october.space.label(found.place) == label


def test_reasons_name_the_measure_and_cite(october, book):
    found = status_quo_on(october, book, parse_day("2025-11-15"))
    rule, threat, controls, purchases = found.reasons
    assert not rule.taken
    assert rule.citations == ("90 FR 50857 (FR 2025-19846)",)
    assert "suspended through 2026-11-09" in rule.words
    assert "confidence high" in rule.words
    assert "MOFCOM/GAC Announcement 2025 No. 70" in controls.citations
    assert threat.basis == "book"
    assert purchases.basis == "model"
    before = status_quo_on(october, book, parse_day("2025-10-15")).reasons
    assert before[0].taken
    assert "us-affiliates-el" in before[0].provisions
    assert "cn-2025-61.2" in before[2].provisions
    assert "cn-2025-55.1" not in before[2].provisions  # to come on 8 November
    assert found.sheet().by_column()["taken"] == ["no", "no", "no", "no"]
    assert found.lines()[0] == "2025-11-15, reading text: state 0 {none}"


def test_what_the_other_reading_says_is_told(october, book):
    found = status_quo_on(october, book, parse_day("2026-11-22"))
    assert [note.partition(":")[0] for note in found.notes] == ["affiliates", "controls61"]
    assert all("the readings differ; under announced it is not taken" in note for note in found.notes)
    assert "Statement of the Secretary of the Treasury" in found.notes[0]
    assert status_quo_on(october, book, parse_day("2026-10-10")).notes == ()


def test_what_was_struck_down_and_is_collected_counts_as_taken(book):
    conflict = toy(Option("fentanyl", "", 0, measures=("us-eo-14228/us-fentanyl",)))
    when = {day: status_quo_on(conflict, book, parse_day(day)) for day in ("2026-02-19", "2026-02-21", "2026-02-24")}
    assert [found.reasons[0].taken for found in when.values()] == [True, True, False]
    assert "collected though struck down" in when["2026-02-21"].reasons[0].words
    assert "struck down by" in when["2026-02-24"].reasons[0].words


def test_any_or_all_of_the_measures(book):
    measures = ("cn-mofcom-2025-55", "cn-mofcom-2025-62")
    conflict = toy(Option("any", "", 1, measures=measures), Option("all", "", 1, measures=measures, on_when="all"))
    found = status_quo_on(conflict, book, parse_day("2025-10-15"))
    assert [r.taken for r in found.reasons] == [True, False]  # 62 at once, 55 from 8 November
    assert "all measures are asked for, and cn-mofcom-2025-55 is not in force" in found.reasons[1].words


def test_a_measure_names_provisions(book):
    assert len(provisions_of("us-bis-90-fr-47201", book)) == 11
    assert provisions_of("us-bis-90-fr-47201/us-affiliates-m*", book) == ("us-affiliates-meu", "us-affiliates-meu-only")
    assert provisions_of("*/us-threat-100*", book) == ("us-threat-100",)
    assert provisions_of("us-bis-90-fr-47202", book) == ()


def test_a_measure_that_the_book_lacks_is_told(book):
    conflict = toy(Option("rule", "", 0, measures=("us-bis-90-fr-47202",)))
    assert "us-bis-90-fr-47201" in unknown_measures(conflict, book)[0]
    found = status_quo_on(conflict, book, parse_day("2025-10-15"))
    assert found.reasons[0].words == "not taken: the book has no us-bis-90-fr-47202"


def test_options_without_measures(book):
    conflict = toy(Option("a", "", 0), Option("b", "", 1))
    day = parse_day("2025-11-01")
    assert [r.basis for r in status_quo_on(conflict, book, day).reasons] == ["nothing", "nothing"]
    assert status_quo_on(replace(conflict, status_quo=2), book, day).place == 2
    switches = [Switch(day - 5, 0, True, "x"), Switch(day + 5, 1, False, "y")]
    found = status_quo_on(conflict, book, day, switches=switches)
    assert found.place == 3  # b was taken until its first switch
    assert [r.basis for r in found.reasons] == ["switch", "switch"]
    assert status_quo_on(conflict, book, day, switches=switches, known_on=day - 9).place == 0
    assert status_quo_on(conflict, book, day, switches=switches, given={"a": False}).place == 2
    with pytest.raises(InputError, match="Options are a, b"):
        status_quo_on(conflict, book, day, given={"aa": True})


def test_a_state_that_is_not_feasible_is_refused(book):
    conflict = toy(Option("a", "", 0), Option("b", "", 1), codes=[0, 1, 2])
    with pytest.raises(InputError, match="options taken are a, b, which is no feasible state of toy"):
        status_quo_on(conflict, book, 20_000, given={"a": True, "b": True})


@settings(max_examples=60, deadline=None)
@given(st.integers(parse_day("2025-01-01"), parse_day("2027-03-01")), st.sampled_from(list(Reading)))
def test_standing_is_what_the_book_says_of_each_provision(day, reading):
    book = Book.shipped()
    state = book.state(day, reading=reading)
    for name in STAND_OFF[::3]:
        for option in load_conflict_once(name).options:
            found = standing_of(option, book, day, reading)
            live = [
                any(state[p].state is State.IN_FORCE or state[p].collected for p in provisions_of(m, book) if p in state)
                for m in option.measures
            ]
            assert found.taken(option) == (bool(live) and (any(live) if option.on_when == "any" else all(live)))


_HELD: dict[str, Conflict] = {}


def load_conflict_once(name):
    return _HELD.setdefault(name, load_conflict(name))


@pytest.mark.parametrize("name", STAND_OFF)
def test_shipped_models_name_what_the_book_has(book, name):
    conflict = load_conflict(name)
    assert unknown_measures(conflict, book) == ()
    assert conflict.assumption
    assert all(preference.source for preference in conflict.preferences)
    day = parse_day({"expiry-2026-27": "2026-10-10"}.get(name, "2025-09-28"))
    for reading in Reading:
        found = status_quo_on(conflict, book, day, reading, switches=load_switches(name, conflict))
        assert found.place == conflict.status_quo


def test_the_illustration_is_that_of_the_working_material(shared, october):
    import yaml

    data = yaml.safe_load((shared / "facts" / "conflicts.yaml").read_text("utf-8"))
    entry = next(one for one in data["conflicts"] if one["id"] == "illustration_oct2025")
    for party, preference in zip(october.parties, october.preferences, strict=True):
        assert [[int(october.space.label(p)) for p in c] for c in preference.classes()] == [
            [n] for n in entry["preferences"][party.id]
        ]


# ---------------------------------------------------------------------------------------------------------- the way back


@pytest.mark.parametrize("day", ["2025-09-30", "2025-11-15", "2026-12-01"])
@pytest.mark.parametrize("reading", list(Reading))
def test_a_state_becomes_a_scenario_that_makes_it_law(tmp_path, october, book, day, reading):
    when = parse_day(day)
    for place in (october.space.place(label) for label in ("0", "7", "9")):
        draft = state_to_instruments(october, place, when, book, reading=reading)
        held = book
        if draft.text:
            path = tmp_path / f"{reading.value}-{place}.yaml"
            path.write_text(draft.text, "utf-8")
            faults: list[str] = []
            held = replace(book, instruments=(*book.instruments, read_instrument(path, path.name, faults)), _records={})
            assert faults == []
        found = status_quo_on(october, held, when, reading)
        measured = [n for n, option in enumerate(october.options) if option.measures]
        wanted, taken = october.taken(place), october.taken(found.place)
        assert [n in taken for n in measured] == [n in wanted for n in measured]
        assert any("purchases" in note and "no measures in the book" in note for note in draft.notes)


def test_a_draft_reads_as_a_scenario_of_the_duty_engine(tmp_path, october, book):
    when = parse_day("2025-11-15")
    draft = state_to_instruments(october, october.space.place("7"), when, book, name="escalation")
    path = tmp_path / "escalation.yaml"
    path.write_text(draft.text, "utf-8")
    held = book.with_(path)
    record = held.replayed()
    assert record.provisions["us-threat-100-again"].at(when * DAY).body.rate == 1.0
    assert record.provisions["us-threat-100-again"].at(when * DAY).body.into == "US"
    assert record.provisions["cn-2025-61.2"].at(when * DAY).state is State.IN_FORCE
    assert record.provisions["us-affiliates-el"].at(when * DAY).state is State.IN_FORCE
    instrument = held.by_id["escalation"]
    assert (instrument.kind, instrument.issuer) == ("scenario", "US")
    assert [gap.what for gap in instrument.not_modelled] == [
        "option purchases not taken: Buy US farm goods again, as promised at Busan"
    ]
    line = Line("8505.11.00.70", "CN", when, 1000.0)
    engines = (DutyEngine.shipped(), DutyEngine(scenarios=(path,)))
    plain, raised = (engine.duty_on(line).answers[0].rate for engine in engines)
    assert raised - plain == pytest.approx(1.0)


def test_a_draft_says_what_the_book_lacks(book):
    conflict = toy(
        Option("a", "A", 0, measures=("us-bis-90-fr-47202",)),
        Option("b", "B", 0, measures=("us-statement-2025-10-10-threat/us-threat-100",)),
    )
    draft = state_to_instruments(conflict, 3, parse_day("2025-11-15"), book)
    assert any("nothing named us-bis-90-fr-47202" in note for note in draft.notes)
    assert any("does not name it; write */us-threat-100* in the model" in note for note in draft.notes)
    idle = state_to_instruments(conflict, 0, parse_day("2025-11-15"), book)
    assert idle.text == ""
    assert "no measure is to be changed" in idle.notes[-1]


# --------------------------------------------------------------------------------------------------------------- the file


def model_with(folder, tail):
    path = folder / "own.yaml"
    body = (
        "id: own\ntitle: Own\ndecision_makers:\n  - {id: US}\n  - {id: CN}\noptions:\n  - {id: a, dm: US}\n"
        '  - {id: b, dm: CN, measures: ["cn-mofcom-2025-62"]}\npreferences:\n  US: {statements: [a]}\n  CN: {statements: [b]}\n'
    )
    path.write_text(body + tail, "utf-8")
    return path


def test_switches_and_deals_of_a_file(tmp_path):
    path = model_with(
        tmp_path,
        'switches:\n  - {day: "2025-11-01", option: a, to: off, source: s}\n  - {day: "2025-10-01", option: a, to: on, source: s}\n'
        'plays:\n  deals:\n    - {from: "2025-10-30", through: "2025-11-10", source: Busan, confidence: high}\n',
    )
    conflict = load_conflict(path)
    assert [(s.day, s.on) for s in load_switches(path, conflict)] == [
        (parse_day("2025-10-01"), True),
        (parse_day("2025-11-01"), False),
    ]
    assert [d.source for d in load_deals(path, conflict)] == ["Busan"]


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        ('switches:\n  - {day: "2025-11-01", option: aa, to: on}\n', "own.yaml:13: switches.0.option: "),
        ('switches:\n  - {day: "2025-11-01", option: b, to: on}\n', "b has measures, so the book says when it is taken"),
        (
            'plays:\n  deals:\n    - {from: "2025-11-10", through: "2025-10-30", source: x, confidence: high}\n',
            "own.yaml:14: plays.deals.0.through: 2025-10-30 is before 2025-11-10",
        ),
        ('plays:\n  deals:\n    - {from: "2025-11-10", through: "2025-11-30", source: x, confidence: sure}\n', "confidence"),
    ],
)
def test_faults_of_switches_and_deals(tmp_path, tail, words):
    path = model_with(tmp_path, "")
    conflict = load_conflict(path)
    model_with(tmp_path, tail)
    with pytest.raises(BookError) as told:
        load_switches(path, conflict)
    assert words in str(told.value)


def test_a_model_that_is_not_there(october):
    with pytest.raises(NotFoundError, match="october-2025"):
        load_switches("october-2052", october)
