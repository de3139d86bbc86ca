"""How well a text is read: precision and recall by kind, on texts marked by hand.

Run: python benchmarks/press.py [--held] [--errors]

Texts and marks are in tests/press/texts. A third is held out (held_out: "yes"): these were marked before the rules were tuned and
are looked at only when a version is done. Marks are by sentence: a find counts where kind, value and role are the same in the same
sentence; several finds of one value in a sentence count once; moves of the record count by text. Rates that are of nothing in trade are left out on both sides.
Claims count by act, measure and mood; "claims with figures" need rate and days as marked too; "verdicts" are those of claims
that were found.

Marks were written before the rules. Changed since: moves of the record, first marked one for a text at most, were marked in full,
those of held-out texts before any of these was read by machine; eleven marks of the other texts were mended where the mark was
wrong (a second list of a party, a day of a claim that the sentence has, a general license that had no name yet).
"""

import sys
import time
from collections import Counter
from pathlib import Path

from countermeasure.book.load import Book
from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.press.read import read_text, sources_of

TEXTS = Path(__file__).resolve().parent.parent / "tests" / "press" / "texts"
KINDS = ("measure", "rate", "day", "place", "party", "talks", "event", "claim", "claim with figures", "verdict")
SETS = {"no": "used while the rules were made", "yes": "held out, read once", "later": "written and marked after that"}


def texts(held):
    """Marked texts, in the order of their names."""
    found = []
    for path in sorted(TEXTS.glob("*.yaml")):
        loaded = load_text(path)
        assert not loaded.faults, loaded.faults
        if loaded.data["held_out"] == held:
            found.append(loaded.data)
    return found


def marked(text, account):
    """Marks of a text: sets of (sentence, value) by kind."""
    marks = {kind: set() for kind in KINDS}
    for entry in text["truth"]:
        hits = [s.place for s in account.sentences if s.text.startswith(entry["in"])]
        assert len(hits) == 1, (text["id"], entry["in"], hits)
        for kind, cell in entry.items():
            if kind in ("in", "claim"):  # what is left are finds, each as value, or role and value
                continue
            for one in filter(None, (c.strip() for c in cell.split(";"))):
                if kind == "rate" and one.endswith("other"):
                    continue
                marks[kind].add((hits[0], one))
        for line in entry.get("claim", []):
            act, measure, mood, verdict, *figures = line.split()
            key = f"{act} {measure} {mood}"
            marks["claim"].add((hits[0], key))
            marks["claim with figures"].add((hits[0], " ".join((key, *sorted(figures)))))
            marks["verdict"].add((hits[0], f"{key} {verdict}"))
    marks["event"] = {(0, one.strip()) for one in text["events"].split(";") if one.strip()}
    return marks


def seen(account):
    """Finds of an account in the same form."""
    finds = {kind: set() for kind in KINDS}
    for one in account.found:
        if one.kind == "rate" and one.role != "other":
            finds["rate"].add((one.sentence, f"{one.value} {one.role}"))
        elif one.kind == "day":
            finds["day"].add((one.sentence, f"{one.role} {one.value}"))
        elif one.kind == "party":
            finds["party"].add((one.sentence, f"{one.value} {one.words}"))
        elif one.kind == "event":
            finds["event"].add((0, one.value))
        elif one.kind in ("measure", "place", "talks") and one.value:
            finds[one.kind].add((one.sentence, one.value))
    for claim, check in zip(account.claims, account.checks, strict=True):
        key = f"{claim.act} {claim.measure} {claim.mood}"
        figures = [] if claim.rate is None else [f"rate={claim.rate:g}"]
        figures += [] if claim.start is None else [f"from={format_day(claim.start)}"]
        figures += [] if claim.until is None else [f"until={format_day(claim.until)}"]
        finds["claim"].add((claim.sentence, key))
        finds["claim with figures"].add((claim.sentence, " ".join((key, *sorted(figures)))))
        finds["verdict"].add((claim.sentence, f"{key} {check.verdict}"))
    return finds


def measure(held, errors=False):
    """Counts by kind: hits, false finds, misses; and seconds for each text."""
    sources = sources_of(Book.shipped())
    hits, false, missed, seconds = Counter(), Counter(), Counter(), []
    for text in texts(held):
        started = time.perf_counter()
        account = read_text(text["text"], sources, name=text["id"], dated=parse_day(text["dated"]))
        seconds.append(time.perf_counter() - started)
        marks, finds = marked(text, account), seen(account)
        claims = marks["claim"] & finds["claim"]
        for kind in KINDS:
            want, got = marks[kind], finds[kind]
            if kind == "verdict":
                known = {(s, " ".join(v.split()[:3])) for s, v in want}
                got = {g for g in got if (g[0], " ".join(g[1].split()[:3])) in claims & known}
                want = {w for w in want if (w[0], " ".join(w[1].split()[:3])) in claims}
            hits[kind] += len(want & got)
            false[kind] += len(got - want)
            missed[kind] += len(want - got)
            if errors:
                for sign, odd in (("+", got - want), ("-", want - got)):
                    for place, value in sorted(odd):
                        print(f"{sign} {text['id']}:{place} {kind}: {value}   [{account.sentences[place].text[:70]}]")
    return hits, false, missed, seconds


def shares(hits, false, missed, kinds):
    """Precision and recall over some kinds."""
    h, f, m = (sum(c[k] for k in kinds) for c in (hits, false, missed))
    return (h / (h + f) if h + f else 1.0), (h / (h + m) if h + m else 1.0), h, f, m


def report(held, errors=False):
    """Print a table."""
    hits, false, missed, seconds = measure(held, errors)
    print(f"{SETS[held]}: {len(seconds)} texts")
    print(f"{'kind':20} precision  recall   found  false  missed")
    for kind in (*KINDS, "all kinds of finds"):
        kinds = KINDS[:7] if kind.startswith("all") else (kind,)
        precision, recall, h, f, m = shares(hits, false, missed, kinds)
        print(f"{kind:20} {precision:9.3f}  {recall:6.3f}  {h:6d} {f:6d} {m:7d}")
    print(f"slowest text {max(seconds) * 1000:.0f} ms, mean {sum(seconds) / len(seconds) * 1000:.0f} ms")


if __name__ == "__main__":
    for which in SETS if "--held" in sys.argv else ("no",):
        report(which, "--errors" in sys.argv)
