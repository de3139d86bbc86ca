"""Datelines, threats without a measure, and texts of which nothing can be drafted."""

import pytest

from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.yamltext import parse_text
from countermeasure.press.drafts import drafts_of, no_draft
from countermeasure.press.heads import dateline_of, head_day

LONG = (
    " The ministry said that it would go on as before, and that nothing of what was heard elsewhere had been decided by anyone."
)


@pytest.mark.parametrize(
    "line",
    [
        "Washington, 12 November 2025 -",
        "WASHINGTON, Nov. 12, 2025 (Example Wire) --",
        "WASHINGTON, D.C., November 12, 2025 —",
        "Kuala Lumpur, Malaysia, 12 November 2025:",
        "Geneva 2025-11-12 |",
        "12 November 2025 –",
        "北京2025年11月12日电",
    ],
)
def test_a_dateline_gives_the_day_of_the_text(line):
    found = head_day(line + LONG)
    assert (format_day(found.day), found.how) == ("2025-11-12", "dateline")
    assert found.words.strip(" -–—:|") in line


@pytest.mark.parametrize(
    "line",
    [
        "On 12 November 2025 - a Wednesday - the ministry spoke.",
        "The order of 12 November 2025 - the first of its kind - was signed.",
        "Executive Order of 12 November 2025 - the first of its kind.",
        "From 12 November 2025: the duty.",
        "Talks in Geneva, 12 November 2025 - the second round.",
        "the minister, 12 November 2025 - who was there.",
        "Washington, 12 November -",
        "Washington, 12 November 2025, and later.",
        "Washington said it all, in short: 12 November 2025 - the day of the deal.",
        "Washington, 42 November 2025 -",
    ],
)
def test_a_day_in_a_sentence_is_no_dateline(line):
    assert head_day(line + LONG) is None


def test_a_dateline_and_a_head_that_differ_leave_the_day_open():
    assert head_day(f"November 13, 2025\nGeneva, 12 November 2025 -{LONG}") is None
    assert head_day(f"November 12, 2025\nGeneva, 12 November 2025 -{LONG}").day == parse_day("2025-11-12")
    assert dateline_of("Geneva, 12 November 2025 - The two")[1] == len("Geneva, 12 November 2025 - ")


def test_the_account_says_where_its_day_is_from(account):
    found = account(f"Geneva, 12 November 2025 - China suspended Announcement No. 61.{LONG}", None)
    assert (format_day(found.dated), found.dated_by) == ("2025-11-12", "dateline")
    assert any("2025-11-12, was taken from its dateline (Geneva, 12 November 2025)" in note for note in found.notes)


def test_a_threat_without_a_measure_gives_a_template(account, sources):
    text = "Washington, 12 November 2025 - The president threatened a 50 percent tariff on Chinese chips from 1 December 2025."
    found = account(text, None)
    assert found.claims == ()
    (draft,) = drafts_of(found, sources.book)
    assert (draft.what, draft.faults, draft.acts) == ("instrument", (), 0)
    for words in (
        "issuer: the text does not name who threatens",
        "measure: the text names none",
        "goods: which goods it falls on",
    ):
        assert any(words in one for one in draft.open), words
    assert "# - {act: impose, provision: press-text-2025-11-12-1" in draft.text
    assert 'rate: "0.5", origin: {in: ["CN"]}, from: "2025-12-01"' in draft.text
    live = draft.text.replace("  # - {act: impose", "  - {act: impose").replace("  #    ", "     ")
    held = sources.book.with_(parse_text(live, draft.name))
    assert "press-text-2025-11-12-1" in {act.targets[0] for act in held.instruments[-1].acts if act.targets}


def test_a_threat_without_a_rate_says_what_is_known(account, sources):
    (draft,) = drafts_of(account("Beijing vowed to retaliate with sanctions on American makers of chips.", None), sources.book)
    assert "issuer: CN" in draft.text
    assert any("whom it meets: US" in one for one in draft.open)
    assert any("neither a measure nor a rate" in one for one in draft.open)
    assert draft.faults == ()


@pytest.mark.parametrize("text", ["The storm threatened the coast of Florida.", "China and Japan play on Friday.", "Nothing."])
def test_what_threatens_nothing_in_trade_is_not_drafted(account, sources, text):
    found = account(text)
    assert drafts_of(found, sources.book) == ()
    assert no_draft(found).startswith("Nothing to draft: no claim about a measure and no threat")


def test_what_agrees_with_the_book_is_not_drafted(account, sources):
    found = account("China suspended Announcement No. 61.")
    assert drafts_of(found, sources.book) == ()
    assert no_draft(found).startswith("Nothing to draft: no claim is missing in the book")
