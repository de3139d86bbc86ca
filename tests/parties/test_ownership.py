"""The ownership rules case by case: what counts, what does not, what is said beside the status, and why."""

# ruff: noqa: S314

import random
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from countermeasure.book.load import Book
from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import CodeError, InputError, NotFoundError
from countermeasure.io.owners_cases import run_ownership_cases
from countermeasure.io.ownership_picture import html_of, svg_of
from countermeasure.parties.ownership import (
    FLAGS,
    RULES,
    Edge,
    EdgeKind,
    Graph,
    Listing,
    Share,
    StatedOwner,
    Status,
    book_gate,
    carried,
    in_744_8,
    maker_share,
    prove,
    restricted,
    rule_of,
    status_of,
)  # fmt: skip
from countermeasure.parties.ownership.model import Flag, span_words
from countermeasure.parties.ownership.rules import list_code, programme_tags, scope_of

ON = parse_day("2025-10-15")
LIST = {"ofac": "SDN", "bis": "EL", "cn_61": "CN-ECL", "eu": "EU", "uk": "UK"}


def edge(owner, owned, share=None, kind="shares", **more):
    """``share``: percent, a ``Share``, or None."""
    stake = share if share is None or isinstance(share, Share) else Share.percent(share)
    return Edge(owner, owned, stake, EdgeKind(kind), **more)


def ask(edges, listed="X", rule="ofac", on=ON, **more):
    graph = more.pop("graph", None) or Graph.from_edges(edges, countries=more.pop("countries", None))
    seeds = {name: [LIST[rule]] for name in listed.split()} if isinstance(listed, str) else listed
    return restricted(graph, seeds, rule, as_of=on, **more)


def said(result, entity="A"):
    standing = result.of(entity)
    return standing.status.value, set(standing.flags)


def test_the_published_cases_get_the_answers_they_expect(shared):
    results = list(run_ownership_cases(shared / "cases" / "ownership_cases.yaml"))
    assert [(r.id, r.differences) for r in results if not r.passed] == []
    assert len(results) >= 43


def test_every_flag_has_its_meaning():
    assert {(f.name or "").lower() for f in Flag} == set(FLAGS)


# ---------------------------------------------------------------------------------------------- shares


def test_shares_keep_their_open_ends():
    over = Share.percent(25, 50, over=True)
    assert over.codes[0] * 2 > Share.percent(50).codes[0]
    assert str(over) == "over 25 to 50 %"
    assert span_words(*Share.percent("33.3").codes) == "33.3 %"
    assert Share.percent(Decimal(100) / 3).codes[0] % (1 << 20) == 1


@pytest.mark.parametrize(("low", "high"), [(101, None), (-1, None), (60, 40)])
def test_shares_outside_the_whole_are_refused(low, high):
    with pytest.raises(CodeError):
        Share.percent(low, high)
    with pytest.raises(CodeError):
        Share(500_000, 500_000, True)


def test_two_stakes_over_a_quarter_are_certainly_half_and_two_from_a_quarter_too_but_not_in_the_uk():
    over, from_ = Share.percent(25, 50, over=True), Share.percent(25, 50)
    for share, rule, expected in (
        (over, "ofac", "restricted"), (from_, "ofac", "restricted"), (from_, "uk", "possible"), (over, "uk", "restricted"),
    ):  # fmt: skip
        linked = [Listing(n, LIST[rule], linked="family") for n in "XY"]
        assert ask([edge("X", "A", share), edge("Y", "A", share)], linked, rule).of("A").status.value == expected


def test_a_stake_under_half_is_not_half():
    assert said(ask([edge("X", "A", Share.percent(25, 50, under=True))]))[0] == "not_restricted"
    assert said(ask([edge("X", "A", Share.percent(25, 50))]))[0] == "possible"


# ---------------------------------------------------------------------------------------------- what others hold


def test_an_unknown_stake_is_no_more_than_what_others_leave():
    assert said(ask([edge("X", "A"), edge("I", "A", 60)])) == ("not_restricted", {"minority_holding", "unknown_percentage"})
    assert said(ask([edge("X", "A"), edge("I", "A", 50)])) == ("possible", {"unknown_percentage"})
    assert said(ask([edge("X", "A"), edge("I", "A", Share.percent(50, 75, over=True))]))[0] == "not_restricted"
    assert said(ask([edge("X", "A", Share.percent(25, 75)), edge("I", "A", 51)]))[0] == "not_restricted"


def test_owners_above_the_whole_may_each_be_overstated():
    over = ask([edge("X", "A", 60), edge("I", "A", 60)])
    assert said(over) == ("possible", {"owners_above_100"})
    assert (over.of("A").low, over.of("A").high) == ("40", "60")
    assert said(ask([edge("X", "A", 80), edge("I", "A", 30)]))[0] == "restricted"
    assert said(ask([edge("X", "A", 30), edge("I", "A", 90)]))[0] == "not_restricted"


def test_an_entity_that_holds_itself_is_flagged_and_its_own_shares_may_weigh():
    assert said(ask([edge("X", "A", 45), edge("A", "A", 10, "treasury")])) == ("possible", {"treasury_shares"})
    assert said(ask([edge("X", "A", 40), edge("A", "A", 10, "treasury")])) == (
        "not_restricted", {"minority_holding", "treasury_shares"},
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- one stake, several statements


def test_two_registers_that_agree_count_once_and_those_that_differ_make_a_range():
    def two(first, second):
        return ask([edge("X", "A", first, source="r1"), edge("X", "A", second, source="r2")])

    assert said(two(30, 30)) == ("not_restricted", {"minority_holding"})
    assert said(two(30, 60)) == ("possible", {"range_holding", "sources_differ"})
    assert said(two(55, Share.percent(50, 75, over=True))) == ("restricted", set())
    assert said(two(55, None)) == ("restricted", set())


def test_different_statements_of_one_source_run_from_the_least_to_their_sum():
    result = ask([edge("X", "A", 30, source="r"), edge("X", "A", 25, source="r")])
    assert said(result) == ("possible", {"range_holding"})
    assert (result.of("A").low, result.of("A").high) == ("25", "55")
    assert said(ask([edge("X", "A", 30, source="r"), edge("X", "A", None, source="r")]))[0] == "possible"


def test_votes_are_not_added_to_shares_and_alone_leave_the_shares_unknown():
    assert said(ask([edge("X", "A", 30), edge("X", "A", 30, "votes")])) == ("not_restricted", {"minority_holding"})
    assert said(ask([edge("X", "A", 60, "votes")])) == ("possible", {"unknown_percentage", "votes_without_shares"})
    assert said(ask([edge("X", "A", 60, "votes"), edge("X", "A", 20)], rule="uk")) == ("restricted", set())
    assert said(ask([edge("X", "A", 30, "votes")], rule="uk")) == ("not_restricted", {"minority_holding"})


def test_reported_indirect_stakes_count_only_where_their_route_is_not_there():
    route = [edge("X", "A", 50), edge("A", "B", 30)]
    assert said(ask([*route, edge("X", "B", 30, "indirect_reported")]), "B") == ("not_restricted", {"minority_holding"})
    assert said(ask([edge("X", "B", 60, "indirect_reported")]), "B")[0] == "restricted"
    assert said(ask([edge("X", "B", 30, "indirect_reported")]), "B") == ("possible", {"indirect_unresolved"})
    ended = [edge("X", "A", 50, end=ON), edge("A", "B", 30), edge("X", "B", 60, "indirect_reported")]
    assert said(ask(ended), "B")[0] == "restricted"


def test_consolidation_tells_no_share_even_where_a_figure_stands():
    assert said(ask([edge("X", "A", 100, "consolidation")])) == ("possible", {"unknown_percentage"})


# ---------------------------------------------------------------------------------------------- rules


def test_owners_above_a_listed_party_and_sisters_are_not_reached():
    result = ask([edge("P", "X", 100), edge("P", "S", 100), edge("X", "A", 100)])
    assert [result.of(n).status.value for n in "PSXA"] == ["not_restricted", "not_restricted", "restricted", "restricted"]
    assert (result.of("X").because, result.of("A").because) == ("listed", "owned")


def test_a_branch_is_part_of_the_party_whatever_the_state_of_the_rule_and_passes_its_stakes_on():
    edges = [edge("X", "B", kind="branch"), edge("B", "A", 50), edge("A", "C", kind="branch")]
    off = ask(edges, rule="bis", on=parse_day("2025-12-01"))
    assert [off.of(n).status.value for n in "BAC"] == ["restricted", "not_restricted", "not_restricted"]
    live = ask(edges, rule="bis")
    assert [(live.of(n).status.value, live.of(n).because) for n in "BAC"] == [
        ("restricted", "branch"), ("restricted", "owned"), ("restricted", "branch"),
    ]  # fmt: skip
    assert ask(edges, rule="cn_61").of("A").status is Status.RESTRICTED


def test_control_counts_in_the_eu_and_the_uk_and_is_a_flag_elsewhere():
    edges = [edge("X", "A", kind="control"), edge("A", "B", 60)]
    for rule in RULES:
        result = ask(edges, rule=rule)
        expected = "restricted" if rule in ("eu", "uk") else "not_restricted"
        assert said(result) == (expected, {"control_link"})
        assert result.of("B").status.value == expected


def test_uk_holdings_of_several_persons_add_up_only_where_they_are_linked_or_the_same():
    pair = [edge("X", "A", 30), edge("Y", "A", 30)]
    assert said(ask(pair, "X Y", "uk")) == ("not_restricted", {"minority_holding"})
    linked = [Listing("X", "uk", linked="brothers"), Listing("Y", "uk", linked="brothers")]
    assert said(ask(pair, linked, "uk"))[0] == "restricted"
    through = [edge("X", "M", 60), edge("X", "N", 60), edge("M", "A", 30), edge("N", "A", 30)]
    result = ask(through, "X Y", "uk")
    assert said(result)[0] == "restricted"
    assert (result.of("A").low, result.of("A").high) == ("60", "60")


def test_china_leaves_several_owners_and_chains_open():
    assert said(ask([edge("X", "A", 50)], rule="cn_61")) == ("restricted", set())
    several = ask([edge("X", "A", 25), edge("Y", "A", 25)], "X Y", "cn_61")
    assert several.of("A").status is Status.LAW_SILENT
    assert several.of("A").readings == {"narrow": Status.NOT_RESTRICTED, "broad": Status.RESTRICTED}
    chain = ask([edge("X", "A", 100), edge("A", "B", 100)], rule="cn_61")
    assert [chain.of(n).status.value for n in "AB"] == ["restricted", "law_silent"]
    open_share = ask([edge("X", "A", 25), edge("Y", "A")], "X Y", "cn_61")
    assert said(open_share) == ("possible", {"unknown_percentage"})
    only_broad = ask([edge("X", "A", 25), edge("Y", "A", Share.percent(20, 30))], "X Y", "cn_61")
    assert said(only_broad) == ("possible", {"range_holding", "law_silent"})


def test_bis_reaches_foreign_entities_only_and_what_they_hold_abroad():
    edges = [edge("X", "A", 70), edge("A", "B", 60)]
    result = ask(edges, rule="bis", countries={"A": "US"})
    assert said(result) == ("not_restricted", {"us_entity"})
    assert result.of("B").status is Status.RESTRICTED
    assert ask(edges, countries={"A": "US"}).of("A").status is Status.RESTRICTED


def test_bis_counts_blocked_persons_of_named_programmes_only():
    def by(*lists):
        return said(ask([edge("X", "A", 60)], {"X": list(lists)}, "bis"))

    assert by("SDN:RUSSIA-EO14024")[0] == "restricted"
    assert by("us-sdn/744.8")[0] == "restricted"
    assert by("SDN:CUBA") == ("not_restricted", {"out_of_scope_list"})
    assert by("SDN") == ("possible", {"owner_uncertain", "programme_unknown"})
    assert by("SDN", "MEU")[0] == "restricted"
    assert by("UVL") == ("not_restricted", {"out_of_scope_list"})


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("NPWMD (EO 13382)", True),
        ("[NPWMD]", True),
        ("sdgt", True),
        ("BELARUS (EO 13405)", True),
        ("CUBA", False),
        ("IRAN", False),
    ],
)
def test_programmes_are_known_by_their_tags(text, inside):
    assert in_744_8([text]) is inside
    assert programme_tags(text)


def test_lists_are_known_by_their_names():
    assert [list_code(n) for n in ("EL", "us-el", "Ofsi", "my own list")] == ["us-el", "us-el", "uk", "my own list"]
    assert scope_of(rule_of("bis"), Listing("X", "us-el/4")) == "in"


# ---------------------------------------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("rule", "day", "text", "announced"),
    [
        ("bis", "2025-09-28", False, False), ("bis", "2025-09-29", True, True), ("bis", "2025-11-09", True, True),
        ("bis", "2025-11-10", False, False), ("bis", "2026-11-09", False, False), ("bis", "2026-11-10", True, False),
        ("bis", "2027-01-11", True, True), ("cn_61", "2025-10-08", False, False), ("cn_61", "2025-10-09", True, True),
        ("cn_61", "2025-11-06", True, True), ("cn_61", "2025-11-07", False, False), ("cn_61", "2026-11-10", False, False),
        ("cn_61", "2026-11-11", True, False), ("cn_61", "2027-01-11", True, True), ("ofac", "2015-01-01", True, True),
    ],
)  # fmt: skip
def test_rules_are_in_force_on_their_days_by_the_table_and_by_the_book(rule, day, text, announced):
    number = parse_day(day)
    assert (rule_of(rule).in_force(number), rule_of(rule).in_force(number, "announced")) == (text, announced)
    book = Book.shipped()
    if rule != "ofac":
        assert (book_gate(book)(rule, number), book_gate(book, "announced")(rule, number)) == (text, announced)


def test_a_rule_that_is_not_in_force_says_what_it_would_do():
    result = ask([edge("X", "A", 60), edge("X", "B", 10)], rule="bis", on=parse_day("2026-01-01"))
    assert said(result) == ("not_restricted", {"rule_not_in_force"})
    assert result.of("A").would_be is Status.RESTRICTED
    assert said(result, "B") == ("not_restricted", {"minority_holding"})
    assert (
        ask([edge("X", "A", 60)], rule="bis", on=parse_day("2026-01-01"), in_force={"bis": True}).of("A").status == "restricted"
    )
    later = ask([edge("X", "A", 60)], rule="bis", on=parse_day("2026-12-01"))
    assert "prolongs the stay" in later.unverified


def test_edges_and_listings_hold_on_their_days_alone():
    first, end = parse_day("2025-03-01"), parse_day("2025-09-01")
    edges = [edge("X", "A", 60, start=first, end=end)]
    found = {
        day: ask(edges, on=parse_day(day)).of("A").status.value
        for day in ("2025-02-28", "2025-03-01", "2025-08-31", "2025-09-01")
    }
    assert list(found.values()) == ["not_restricted", "restricted", "restricted", "not_restricted"]
    seeds = [Listing("X", "SDN", start=first, end=end)]
    graph = Graph.from_edges([edge("X", "A", 60)])
    for day, status in (("2025-02-28", "not_restricted"), ("2025-03-01", "restricted"), ("2025-09-01", "not_restricted")):
        assert restricted(graph, seeds, "ofac", as_of=parse_day(day)).of("A").status.value == status


def test_what_was_restricted_within_a_year_is_flagged_downstream_and_no_longer():
    end = parse_day("2025-03-01")
    edges = [edge("X", "A", 60, end=end), edge("A", "B", 60), edge("X", "Z", 60), edge("X", "C", 30, end=end)]
    for day, flags in (("2025-03-01", {"recently_restricted"}), ("2026-02-28", {"recently_restricted"}), ("2026-03-01", set())):
        result = ask(edges, on=parse_day(day))
        assert said(result) == ("not_restricted", flags)
        assert said(result, "B") == ("not_restricted", flags)
        assert said(result, "Z") == ("restricted", set())
        assert said(result, "C") == ("not_restricted", set())
    while_off = ask([edge("X", "A", 60, end=parse_day("2026-02-01"))], rule="bis", on=parse_day("2026-03-01"))
    assert said(while_off) == ("not_restricted", set())


def test_a_day_is_asked_for_where_it_matters():
    with pytest.raises(InputError, match="some days"):
        ask([edge("X", "A", 60, end=ON)], on=None)
    with pytest.raises(InputError, match="some days"):
        ask([edge("X", "A", 60)], [Listing("X", "SDN", end=ON)], on=None)
    with pytest.raises(InputError, match="some days"):
        ask([edge("X", "A", 60)], rule="bis", on=None)
    with pytest.raises(NotFoundError, match="no ownership rule"):
        ask([], rule="ofac", listed={}, graph=Graph.from_edges([])) if rule_of("nothing") else None


# ---------------------------------------------------------------------------------------------- review hits


def test_a_name_to_be_looked_at_makes_possible_and_the_answer_names_it():
    graph = Graph.from_edges([edge("party 17", "A", 60), edge("P", "B", 30), edge("Q", "B", 30)])
    hits = [Listing(n, "us-sdn", label="Listed Ltd") for n in ("party 17", "P", "Q")]
    result = restricted(graph, [], "ofac", possible_seeds=hits)
    assert said(result, "party 17") == ("possible", {"review_hit"})
    assert said(result, "A") == ("possible", {"owner_uncertain"})
    assert result.of("A").depends_on == ("party 17",)
    assert prove(result, "A").conclusion == "A is restricted if party 17 is the listed party"
    assert prove(result, "B").conclusion == "B is restricted if P and Q are the listed parties"
    both = restricted(graph, [Listing("P", "us-sdn")], "ofac", possible_seeds=hits)
    assert both.of("B").depends_on == ("Q",)


# ---------------------------------------------------------------------------------------------- proofs


CASE = [edge("X", "A", 50, source="reg", row=2), edge("A", "B", 30), edge("Y", "B", 20), edge("Y", "C", 10), edge("I", "B", 40)]


def test_a_proof_goes_round_by_round_with_the_stakes_that_carry():
    proof = prove(ask(CASE, "X Y"), "B")
    assert [(s.round, s.entity, s.by) for s in proof.steps] == [
        (0, "X", "listed"),
        (0, "Y", "listed"),
        (1, "A", "stakes"),
        (2, "B", "stakes"),
    ]
    assert {(s.owner, s.carries) for s in proof.steps[-1].stakes} == {("A", True), ("Y", True)}
    text = proof.text()
    assert "round 2: B: A: 30 % of the shares; Y: 20 % of the shares; together 50 %" in text
    record = proof.to_json()
    assert record["steps"][2]["stakes"][0]["source"] == "reg, row 2"
    assert record["status"] == "restricted"


def test_a_proof_shows_only_as_many_stakes_as_carry():
    proof = prove(ask([edge("X", "A", 60), edge("Y", "A", 30)], "X Y"), "A")
    assert [(s.owner, s.carries) for s in proof.steps[-1].stakes] == [("X", True), ("Y", False)]
    assert [s.entity for s in proof.steps] == ["X", "A"]


def test_a_proof_of_an_entity_below_the_line_says_what_is_held():
    proof = prove(ask(CASE, "X Y"), "C")
    assert proof.conclusion == "C is not restricted: restricted parties hold 10 %, and the line is at least 50 %"
    assert prove(ask(CASE, "X Y"), "I").conclusion.endswith("no restricted party holds anything of it")
    with pytest.raises(NotFoundError):
        prove(ask(CASE), "nobody")


def test_every_carrying_step_of_random_proofs_passes_the_line_with_owners_reached_before():
    rng = random.Random(2)
    seen = 0
    for _ in range(60):
        names = [f"n{i}" for i in range(12)]
        rows = {tuple(rng.sample(names, 2)): rng.choice([20, 30, 50, 60]) for _ in range(20)}
        result = ask([edge(o, e, s) for (o, e), s in rows.items()], " ".join(rng.sample(names, 2)), on=None)
        for name in names:
            if result.graph.number(name) is None or result.of(name).status is not Status.RESTRICTED:
                continue
            proof = prove(result, name)
            rounds = {s.entity: s.round for s in proof.steps}
            for step in proof.steps:
                if step.by != "stakes":
                    assert step.round == 0
                    continue
                seen += 1
                assert step.low >= 500_000 << 20
                assert all(rounds[s.owner] < step.round for s in step.stakes if s.carries)
    assert seen > 30


def test_a_long_chain_needs_no_depth():
    edges = [edge("X", "n0", 50), *(edge(f"n{i}", f"n{i + 1}", 50) for i in range(3000))]
    result = ask(edges)
    assert result.of("n3000").status is Status.RESTRICTED
    assert result.lower.round.max() == 3001
    assert len(prove(result, "n3000").steps) == 3002


def test_the_most_restrictive_owner_governs_and_footnotes_travel():
    edges = [edge("X", "A", 60), edge("Y", "A", 1), edge("A", "B", 80)]
    strict = {"review": "Presumption of denial", "requirement": "All items subject to the EAR"}
    seeds = [Listing("X", "us-el", review="Case-by-case basis"), Listing("Y", "us-el", footnotes=("5", "4"), **strict)]
    found = carried(ask(edges, seeds, "bis"), "B")
    assert [s.party for s in found.listings] == ["Y", "X"]
    assert (found.footnotes, found.review) == (("4", "5"), "Presumption of denial")


@pytest.mark.parametrize("rule", RULES)
def test_every_proof_can_be_drawn_without_scripts(rule):
    edges = [*CASE, edge("X", "D"), edge("X", "E", kind="control"), edge("X", 'F <&> "G"', kind="branch"), edge("X", "B", 1)]
    result = ask(edges, "X Y", rule)
    proofs = [prove(result, result.graph.id(n)) for n in range(result.graph.size)]
    for proof in proofs:
        tree = ET.fromstring(svg_of(proof))
        assert proof.standing.status.value.replace("_", " ") in "".join(tree.itertext())
    page = html_of(proofs)
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


# ---------------------------------------------------------------------------------------------- other doors


def test_arrays_and_edges_give_the_same():
    by_edges = ask(CASE, "X Y")
    names = ["X", "A", "Y", "B", "C", "I"]
    graph = Graph.from_arrays([0, 1, 2, 2, 5], [1, 3, 3, 4, 3], [500_000, 300_000, 200_000, 100_000, 400_000],
                              [500_000, 300_000, 200_000, 100_000, 400_000], names=names)  # fmt: skip
    by_arrays = ask(None, "X Y", graph=graph)
    assert [said(by_edges, n) for n in names] == [said(by_arrays, n) for n in names]
    for bad in (([0], [1], [5, 6], [5]), ([0], [1], [6], [5]), ([0], [9], [5], [5])):
        with pytest.raises(InputError):
            Graph.from_arrays(*bad, names=names)


def test_stated_owners_of_a_party_are_put_to_all_rules():
    owners = [StatedOwner("X", Share.percent(50), ("us-el/4", "cn-ecl")), StatedOwner("Y", None, (), ("us-sdn",))]
    found = status_of("Buyer", owners, as_of=ON)
    assert {rule: one.status.value for rule, one in found.items()} == {
        "ofac": "possible", "bis": "restricted", "cn_61": "restricted", "eu": "not_restricted", "uk": "not_restricted",
    }  # fmt: skip
    assert found["bis"].footnotes == ("4",)
    assert found["bis"].words == "Buyer is restricted: restricted parties hold at least 50 %"
    assert status_of("Buyer", owners, rules=["bis"], as_of=parse_day("2026-01-05"))["bis"].would_be is Status.RESTRICTED
    assert status_of("Buyer", [], rules=["ofac"], lists=["SDN"])["ofac"].status is Status.RESTRICTED
    alone = status_of("Buyer", [], rules=["ofac"])["ofac"]
    assert (alone.status, alone.flags) == (Status.NOT_RESTRICTED, ())


def share_of(edges, countries, maker="M"):
    return maker_share(Graph.from_edges(edges, countries=countries), maker)


def test_the_share_of_chinese_holders_is_cumulative_attributed_from_half_and_proportionate_below():
    cn = {"P": "CN", "Q": "CN", "J": "JP"}
    assert share_of([edge("P", "M", 15), edge("Q", "M", 10)], cn) == (0.25, 0.25)
    assert share_of([edge("P", "S", 50), edge("S", "M", 25)], cn | {"S": "SG"}) == (0.25, 0.25)
    assert share_of([edge("P", "S", 40), edge("S", "M", 50)], cn | {"S": "SG"}) == (0.2, 0.2)
    assert share_of([edge("P", "M", 10), edge("P", "M", 30, "votes"), edge("Q", "M", 25, "board")], cn) == (0.3, 0.3)
    assert share_of([edge("P", "M", 10), edge("Z", "M", 20)], cn) == (0.1, 0.3)
    assert share_of([edge("P", "M"), edge("J", "M", 80)], cn) == (0.0, 0.2)
    assert share_of([edge("J", "M", 80)], cn | {"M": "CN"}) == (1.0, 1.0)
    circle = [edge("P", "S", 20), edge("M", "S", 40), edge("S", "M", 50)]
    low, high = share_of(circle, cn | {"S": "SG", "M": "KR"})
    assert low == high == pytest.approx(0.125)


def test_days_can_be_shown():
    assert format_day(ON) == prove(ask(CASE), "A").day
