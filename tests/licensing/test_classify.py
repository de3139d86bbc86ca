"""Which items goods are: codes, elements and form, words, customs numbers."""

import pytest

from countermeasure.book import Book
from countermeasure.licensing import Item, classify

LISTS = Book.shipped().control_lists


def tokens(**given: object) -> frozenset[str]:
    return classify(Item(**given), LISTS).sign.known  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("dysprosium oxide", "list:cn-2025-18"),
        ("sintered SmCo block magnet", "list:cn-2025-18"),
        ("NdFeB magnet with terbium", "list:cn-2025-18"),
        ("gallium metal", "list:cn-2023-23"),
        ("thulium metal", "list:cn-2025-57"),
        ("extractant P204", "list:cn-2025-56"),
        ("镝铁合金", "list:cn-2025-18"),
        ("yttrium oxide powder", "list:cn-2025-18"),
        ("gadolinium sputtering target", "list:cn-2025-18"),
        ("natural flake graphite", "list:cn-2023-39"),
    ],
)
def test_words_point_to_the_list(words: str, known: str) -> None:
    assert known in tokens(description=words)


@pytest.mark.parametrize(
    "words",
    [
        "rotor assembly with Dy magnets",
        "toys with magnets",
        "NdFeB magnet without Dy and Tb",
        "calcined catalyst with cerium",
        "phosphor with yttrium",
    ],
)
def test_deep_processed_goods_and_unlisted_magnets_are_outside_no_18(words: str) -> None:
    found = classify(Item(description=words), LISTS).sign
    assert "list:cn-2025-18" not in found.known | found.possible


def test_a_magnet_of_unknown_alloy_is_open_and_asks() -> None:
    found = classify(Item(description="sintered NdFeB magnets"), LISTS)
    assert "list:cn-2025-18" in found.sign.possible
    assert "dysprosium, terbium or samarium" in found.ask


def test_a_code_wins_over_words_and_a_longer_or_shorter_code_is_the_same_item() -> None:
    assert "list:cn-2025-18" in tokens(control_code="1C905")
    assert "list:cn-2025-18" in tokens(control_code="1c905.a.4", description="a bracket")
    assert "list:cn-2025-18" not in tokens(control_code="1C911.a.1")


def test_an_unknown_code_is_taken_as_stated_and_said() -> None:
    found = classify(Item(control_code="5A002"), LISTS)
    assert found.sign.known == {"code:5A002"}
    assert "taken as stated" in found.notes[0]


def test_a_customs_number_opens_and_never_decides() -> None:
    found = classify(Item(hs="8505110070"), LISTS)
    assert not found.sign.known
    assert "list:cn-2025-18" in found.sign.possible
    assert not found.sure


def test_nothing_told_is_open() -> None:
    assert classify(Item(), LISTS).sign.open == {"cn", "us"}


def test_no_threshold_is_met_by_silence() -> None:
    found = classify(Item(description="antimony oxide"), LISTS)
    assert "list:cn-2024-33" in found.sign.possible
    assert "list:cn-2024-33" in tokens(description="antimony oxide", meets_threshold=True)
    settled = classify(Item(description="antimony oxide", meets_threshold=False), LISTS).sign
    assert "list:cn-2024-33" not in settled.known | settled.possible


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("technology for making samarium-cobalt magnets", "technology"),
        ("know-how on rare-earth separation", ""),
        ("rare-earth separation equipment", ""),
        ("repair service for a magnet line", "service"),
    ],
)
def test_technology_equipment_and_services_are_never_settled_by_silence(words: str, form: str) -> None:
    found = classify(Item(description=words, form=form), LISTS).sign
    assert "cn" in found.open or found.known


def test_magnet_technology_may_be_the_prohibited_one() -> None:
    found = classify(Item(description="technology for making samarium-cobalt magnets", form="technology"), LISTS).sign
    assert "list:cn-tech-prohibited" in found.known | found.possible


@pytest.mark.parametrize(
    "words", ["infrared sensor", "gas turbine", "drone motor", "molybdenum metal sheet", "carbon fibre prepreg"]
)
def test_built_goods_and_listed_elements_in_other_forms_are_open(words: str) -> None:
    found = classify(Item(description=words), LISTS).sign
    assert "cn" in found.open or found.known | found.possible
