"""Claims and how they stand to the book: denials, threats, several in a sentence, what was known when."""

import pytest

from countermeasure.book.load import Book
from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.yamltext import parse_text
from countermeasure.errors import InputError
from countermeasure.press.drafts import drafts_of
from countermeasure.press.read import MOST, read_text
from countermeasure.press.vocabulary import read_vocabulary


def told(account):
    return [(c.act, c.measure, c.mood, k.verdict) for c, k in zip(account.claims, account.checks, strict=True)]


@pytest.mark.parametrize(
    ("text", "dated", "expected"),
    [
        ("China suspended Announcement No. 61.", "2025-11-08", [("suspend", "cn-mofcom-2025-61", "said", "agrees")]),
        ("China did not suspend Announcement No. 61.", "2025-11-08", [("suspend", "cn-mofcom-2025-61", "not", "disagrees")]),
        ("China would suspend Announcement No. 61.", "2025-11-08", [("suspend", "cn-mofcom-2025-61", "would", "cannot_tell")]),
        (
            "China threatened to restore Announcement No. 61.",
            "2026-03-01",
            [("resume", "cn-mofcom-2025-61", "threat", "cannot_tell")],
        ),
        (
            "Brussels urged China to suspend Announcement No. 61.",
            "2025-10-20",
            [("suspend", "cn-mofcom-2025-61", "asked", "cannot_tell")],
        ),
        ("Did China suspend Announcement No. 61?", "2025-11-08", [("suspend", "cn-mofcom-2025-61", "would", "cannot_tell")]),
        (
            "BIS extended the suspension of the Affiliates Rule until December 1, 2026.",
            "2025-12-01",
            [("extend", "us-affiliates", "said", "disagrees")],
        ),
        (
            "The president announced the suspension of the Affiliates Rule.",
            "2025-11-11",
            [("suspend", "us-affiliates", "said", "agrees")],
        ),
        ("The tariffs on Chinese goods stand at 30 percent.", "2025-06-20", [("state", "us-on-china", "said", "agrees")]),
        ("The tariffs on Chinese goods stand at 31 percent.", "2025-06-20", [("state", "us-on-china", "said", "disagrees")]),
        ("Average tariffs on Chinese goods are 57 percent.", "2025-10-20", [("state", "us-on-china", "said", "cannot_tell")]),
        ("Japan suspended the Affiliates Rule.", "2025-11-11", [("suspend", "us-affiliates", "said", "cannot_tell")]),
        ("The 1260H list was extended.", "2025-11-11", [("extend", "us-1260h", "said", "not_in_book")]),
        (
            "The Section 122 surcharge of 10 percent took effect on February 24, 2026.",
            "2026-02-25",
            [("impose", "us-122", "said", "agrees")],
        ),
        ("A museum opened.", "2026-02-25", []),
    ],
)
def test_acts_moods_and_verdicts(account, text, dated, expected):
    assert told(account(text, dated)) == expected


def test_the_answer_says_what_the_book_has_and_cites_it(account):
    check = account("The Affiliates Rule is suspended until December 31, 2026.").checks[0]
    assert check.how == ("until",)
    assert "2026-12-31" in check.words
    assert "2026-11-10" in check.words
    assert any("90 FR 50857" in one for one in check.citations)


def test_last_day_and_first_day_after_both_agree(account):
    for day in ("November 9, 2026", "November 10, 2026"):
        assert account(f"The Affiliates Rule is suspended until {day}.").checks[0].verdict == "agrees"
    assert account("The Affiliates Rule is suspended until November 12, 2026.").checks[0].verdict == "disagrees"


def test_what_a_statement_alone_supports_says_so(account):
    check = account("The truce is extended until January 10, 2027.", "2026-09-24").checks[0]
    assert check.verdict == "agrees"
    assert check.reading == "announced"
    assert "no legal text" in check.words


def test_a_text_is_held_against_the_book_of_its_day(account):
    text = "The 24 percentage points on Chinese goods are suspended until November 10, 2026."
    assert account(text, "2025-11-12").checks[0].verdict == "agrees"
    rated = account("The fentanyl tariff on Chinese goods is 10 percent.", "2026-04-01").checks[0]
    assert rated.verdict == "disagrees"


def test_known_on_hides_what_was_published_later(account):
    text = "The Affiliates Rule is suspended until November 9, 2026."
    early = account(text, "2025-11-12", known_on=parse_day("2025-10-15"))
    assert early.checks[0].verdict != "agrees"
    none = account("The Section 122 surcharge is 10 percent.", "2025-11-12", known_on=parse_day("2025-10-15"))
    assert none.checks[0].verdict == "not_in_book"


def test_what_lies_after_the_record_is_unknown_and_not_wrong(account):
    found = account("On May 3, 2028 the United States suspended the Affiliates Rule until May 3, 2029.", "2028-05-04")
    assert found.checks[0].verdict == "not_in_book"
    assert any("later than the record" in note for note in found.notes)


def test_same_day_means_the_day_named_before(account):
    claims = account("On November 10, 2025 both sides acted. The Affiliates Rule was suspended from the same day.").claims
    assert [format_day(c.start) for c in claims] == ["2025-11-10"]


def test_no_claim_disagrees_for_names_that_cover_many(account):
    text = "The ministry removed ten firms from the unreliable entity list. Section 301 duties were lifted."
    assert all(k.verdict == "cannot_tell" for k in account(text).checks)


def test_moves_of_the_record_are_linked_once(account):
    found = account(
        "China suspended the October 9 controls on November 7. On November 7 China suspended the October 9 controls."
    )
    assert [f.value for f in found.found if f.kind == "event"] == ["T149"]


def test_the_book_is_not_changed(account, sources):
    before = sources.book.hash, len(sources.book.instruments)
    drafts_of(
        account("On March 1, 2027 the United States imposed a 40 percent tariff on polysilicon.", "2027-03-02"), sources.book
    )
    assert (sources.book.hash, len(sources.book.instruments)) == before
    assert Book.shipped() is sources.book


# ------------------------------------------------------------------------------------------------------------------ drafts


def test_a_draft_is_read_by_the_book_and_changes_what_it_says(account, sources):
    found = account("The U.S. raised the fentanyl tariff on Chinese goods to 45 percent on March 1, 2027.", "2027-03-02")
    instrument, scenario = drafts_of(found, sources.book)
    assert instrument.faults == ()
    assert instrument.what == "instrument"
    assert scenario.what == "scenario"
    assert "citation, sources: number and place of the text of the law, once it is seen" in instrument.open
    held = sources.book.with_(parse_text(instrument.text, instrument.name))
    assert len(held.instruments) == len(sources.book.instruments) + 1


def test_what_the_book_contradicts_waits_for_the_user(account, sources):
    found = account("The Affiliates Rule is suspended until December 31, 2026.")
    instrument = drafts_of(found, sources.book)[0]
    assert "  # - {act: suspend" in instrument.text
    assert "\n  - {act: suspend" not in instrument.text
    assert any("the book says otherwise" in one for one in instrument.open)


def test_a_suspension_becomes_half_open(account, sources):
    found = account("China suspended its export controls on rare earths from March 2, 2027 until June 30, 2027.", "2027-03-02")
    assert 'from: "2027-03-02", until: "2027-07-01"' in drafts_of(found, sources.book)[0].text


def test_nothing_to_draft_gives_no_draft(account, sources):
    assert drafts_of(account("China suspended Announcement No. 61."), sources.book) == ()


def test_words_of_the_text_cannot_break_out_of_a_draft(account, sources):
    text = 'The U.S. threatened to raise tariffs on Chinese goods to 60 percent {a: [b]} "x" # y: !!python <script>alert(1)</script>.'
    found = account(text)
    instrument, scenario = drafts_of(found, sources.book)
    assert instrument.faults == ()
    assert parse_text(scenario.text, "s.yaml").faults == []


def test_the_drafted_scenario_is_read(account, sources, tmp_path):
    whole = pytest.importorskip("countermeasure.scenario.whole")
    found = account("The U.S. threatened to raise tariffs on Chinese goods to 60 percent from December 1, 2025.")
    for draft in drafts_of(found, sources.book):
        (tmp_path / draft.name).write_text(draft.text, "utf-8")
    name = next(tmp_path.glob("*-scenario.yaml"))
    read = whole.load_whole(name)
    assert read.instruments == (name.name.removesuffix("-scenario.yaml"),)


# ------------------------------------------------------------------------------------------------------------------ faults


def test_an_empty_or_endless_text_is_refused(sources):
    with pytest.raises(InputError, match="there is no text"):
        read_text(" \n ", sources)
    with pytest.raises(InputError, match="characters, more than"):
        read_text("a " * MOST, sources)


def test_faults_of_a_vocabulary_are_told_in_one_go():
    from pathlib import Path

    with pytest.raises(InputError) as error:
        read_vocabulary(Path(__file__).resolve().parents[1] / "broken" / "press")
    said = str(error.value)
    for words in (
        "measures.csv:7: unknown issuer 'FR'",
        "measures.csv:8: unknown what 'tax'",
        "measures.csv:9: words is empty",
        "measures.csv:10: unknown total 'mean'",
        "measures.csv:11: confidence 'Z' is unknown",
        "measures.csv:11: there is no source",
        "measures.csv:12: five stands already in line 11",
        "words.csv:7: unknown kind 'deed'",
        "words.csv:8: unknown value 'hover'",
        "words.csv:9: unknown how 'beside'",
        "words.csv:10: unknown value 'glad'",
        "talks.csv:7: since: 'spring 2025' is not a day",
        "places.csv:7: unknown country 'ZZ'",
    ):
        assert words in said, words


def test_every_name_of_the_vocabulary_means_something(sources):
    record = sources.book.replayed()
    from fnmatch import fnmatchcase

    for one in sources.words.named.values():
        for pattern in one.patterns:
            for name in pattern.strip("/").split("|"):
                assert any(fnmatchcase(p, name) for p in record.provisions), (one.key, name)


def test_meetings_name_rows_of_the_record(sources):
    from countermeasure.book.load import shipped_data
    from countermeasure.book.tables import read_table, text_at

    for row in read_table(text_at(shipped_data() / "press" / "talks.csv"), "talks.csv").rows:
        for name in filter(None, row["events"].split(";")):
            assert sources.record.event(name).type in ("talks", "deal"), name
