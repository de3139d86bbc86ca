"""Transactions from YAML, JSON, CSV, Excel or Parquet. Bad ones are faults with a place and a cure; good ones are answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure.book.model import ROLES
from countermeasure.codes.day import parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import CountermeasureError, InputError, NotFoundError
from countermeasure.io import transaction_cells as read
from countermeasure.io.faults import Fault
from countermeasure.licensing.content import NUMERATORS, check_parts, common_rates
from countermeasure.licensing.transaction import Component, Item, Owner, Party, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from countermeasure.book.model import Fact

ITEM_KEYS = {
    "description", "control_code", "eccn", "hs", "origin", "elements", "elements_complete", "form", "meets_threshold", "value",
    "parts", "cn_content", "us_content", "cn_technology", "us_technology",
}  # fmt: skip
TOP_KEYS = {"id", "on", "from", "to", "items", "parties", "end_use", "facts", "rates", "numerator", "source", "why", "currency"}
PART_KEYS = {
    "id",
    "description",
    "origin",
    "value",
    "quantity",
    "control_code",
    "eccn",
    "elements",
    "form",
    "cn_technology",
    "parts",
}
PARTY_KEYS = {"role", "roles", "name", "country", "address", "ids", "lists", "unlisted", "military", "owners"}
OWNER_KEYS = {"name", "share", "country", "lists"}
_ALIASES = {
    "goods": "description", "made_in": "origin", "bom": "parts", "date": "on", "sent_from": "from", "sent_to": "to",
    "cn_content_share": "cn_content", "us_content_share": "us_content", "hts": "hs", "code": "control_code",
    "quantity_each": "quantity", "product": "description",
}  # fmt: skip


@dataclass
class Read:
    """What a file gave.

    Attributes:
        transactions: The good ones, in their order.
        faults: What is wrong with the others.
        rows: How many there were.
        source: Name of the file.
    """

    transactions: list[Transaction] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    source: str = ""


def read_transactions(source: Path | str, facts: Mapping[str, Fact], *, sheet: str | None = None) -> Read:
    """Read a file of transactions.

    Args:
        source: ``.yaml``, ``.json``, ``.jsonl``, or a table; ``-`` for a table on standard input.
        facts: Facts of controls by id.
        sheet: Sheet of an Excel file.

    Raises:
        NotFoundError: If the file is not there.
        InputError: If it cannot be read at all.
    """
    path = Path(source)
    if path.suffix.lower() in (".yaml", ".yml"):
        if not path.is_file():
            raise NotFoundError("no such file", where=str(path), cure="Check the path.")
        loaded = load_text(path, path.name)
        if loaded.faults:
            raise InputError("the file cannot be read", where=path.name, cure="Mend these lines:", faults=loaded.faults)
        return _nested(loaded.data, loaded.where, path.name, facts)
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson") and path.is_file():
        return _nested(_json(path), lambda _: path.name, path.name, facts)
    from countermeasure.io.transaction_table import read_table_of_transactions

    return read_table_of_transactions(source, facts, sheet)


def _json(path: Path) -> Any:  # noqa: ANN401 - any JSON
    text = path.read_text("utf-8-sig")
    try:
        whole = json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError:
        try:
            whole = [json.loads(line, parse_float=str, parse_int=str) for line in text.splitlines() if line.strip()]
        except json.JSONDecodeError as error:
            cure = "Check brackets, commas and quotes near this place."
            raise InputError(f"not valid JSON: {error.msg}", where=f"{path.name}:{error.lineno}", cure=cure) from None
    return _texts(whole)


def _texts(node: Any) -> Any:  # noqa: ANN401
    if isinstance(node, dict):
        return {k: _texts(v) for k, v in node.items()}
    if isinstance(node, list):
        return [_texts(v) for v in node]
    return {True: "yes", False: "no"}[node] if isinstance(node, bool) else node


def _nested(data: Any, where: Callable[[tuple[str | int, ...]], str], name: str, facts: Mapping[str, Fact]) -> Read:  # noqa: ANN401
    root: tuple[str | int, ...] = ()
    if isinstance(data, dict) and "transactions" in data:
        data, root = data["transactions"], ("transactions",)
    single = isinstance(data, dict)
    rows = [data] if single else data
    if not isinstance(rows, list):
        raise InputError("this is not a transaction or a list of them", where=name, cure="See docs/reference/transactions.md.")
    found = Read(source=name, rows=len(rows))
    seen: dict[str, int] = {}
    for number, row in enumerate(rows):
        reader = Reader(name, number + 1, where, (*root, *(() if single else (number,))), facts)
        made = reader.transaction(row)
        if made is not None and made.id in seen:
            reader.fault(
                "id", made.id, f"the id {made.id} stands in transaction {seen[made.id]} too", "Give each its own id.", "same_id"
            )
        found.faults += reader.faults
        if made is not None and not reader.errors:
            seen[made.id] = number + 1
            found.transactions.append(made)
    return found


class Reader:
    """Reads one nested record; all its faults are kept."""

    def __init__(
        self,
        name: str,
        row: int,
        where: Callable[[tuple[str | int, ...]], str],
        root: tuple[str | int, ...],
        facts: Mapping[str, Fact],
    ) -> None:
        self.name = name
        self.row = row
        self.where = where
        self.root = root
        self.facts = facts
        self.faults: list[Fault] = []

    @property
    def errors(self) -> bool:
        """Whether any fault forbids an answer."""
        return any(f.severity == "error" for f in self.faults)

    def fault(
        self, column: str | None, value: str | None, message: str, cure: str, code: str, place: tuple[str | int, ...] = ()
    ) -> None:
        """Keep a fault."""
        self.faults.append(Fault(self.where((*self.root, *place)), self.row, column, value, message, cure, code))

    def transaction(self, row: Any) -> Transaction | None:  # noqa: ANN401
        """The transaction of a record, or ``None``."""
        if not isinstance(row, dict):
            self.fault(None, None, "a transaction is a mapping", "Write keys such as on, from, to, items.", "not_a_mapping")
            return None
        given = self._keys(row, TOP_KEYS | ITEM_KEYS, ())
        name = given.get("id") or f"row {self.row}"
        on = self._cell(given, "on", parse_day, None)
        if "on" not in given:
            self.fault("on", None, "the day is missing", "Write on: YYYY-MM-DD, the day of export or transfer.", "missing_day")
        items = self._items(given)
        made = Transaction(
            id=name,
            on=on if on is not None else 0,
            sent_from=self._cell(given, "from", read.place, None),
            sent_to=self._cell(given, "to", read.place, None),
            items=items,
            parties=self._parties(given.get("parties")),
            end_use=self._listed(given, "end_use", read.end_uses),
            facts=self._facts(given.get("facts")),
            rates=self._rates(given.get("rates")),
            numerator=self._numerator(given),
        )
        for item in items:
            try:
                check_parts(item, common_rates(item, made.rates))
            except InputError as error:
                self.fault("parts", None, error.message, error.cure or "", error.code)
        return made

    # ------------------------------------------------------------------------------------------- pieces

    def _keys(self, row: Mapping[str, Any], known: set[str], place: tuple[str | int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in row.items():
            name = _ALIASES.get(key, key)
            if name not in known:
                from difflib import get_close_matches

                near = get_close_matches(name, sorted(known), n=2)
                cure = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(sorted(known))}."
                self.fault(key, None, f"unknown key {key!r}", cure, "unknown_key", (*place, key))
            elif value is not None:
                found[name] = value
        return found

    def _cell(
        self,
        row: Mapping[str, Any],
        key: str,
        reader: Callable[[str], Any],
        absent: Any,  # noqa: ANN401 - of the type the reader gives
        place: tuple[str | int, ...] = (),
    ) -> Any:  # noqa: ANN401
        text = row.get(key)
        if text is None:
            return absent
        if not isinstance(text, str):
            self.fault(key, None, f"{key} is not a plain value", "Write one text.", "not_text", (*place, key))
            return absent
        try:
            return reader(text)
        except CountermeasureError as error:
            self.fault(key, text, error.message, error.cure or "", error.code, (*place, key))
            return absent

    def _listed(
        self, row: Mapping[str, Any], key: str, reader: Callable[[str], tuple[str, ...]], place: tuple[str | int, ...] = ()
    ) -> tuple[str, ...]:
        raw = row.get(key)
        if isinstance(raw, list):
            row = {key: ";".join(str(x) for x in raw)}
        found: tuple[str, ...] = self._cell(row, key, reader, (), place)
        return found

    def _items(self, given: Mapping[str, Any]) -> tuple[Item, ...]:
        raw = given.get("items")
        currency = given.get("currency", "USD")
        if raw is None:
            own = {k: v for k, v in given.items() if k in ITEM_KEYS}
            return (self._item(own, "1", (), currency),)
        if not isinstance(raw, list) or not raw:
            self.fault("items", None, "items is not a list", "Write one mapping per item.", "not_a_list", ("items",))
            return (Item(),)
        found = []
        for number, row in enumerate(raw):
            place = ("items", number)
            if isinstance(row, dict):
                own = self._keys(row, ITEM_KEYS | {"id", "currency"}, place)
                found.append(self._item(own, own.get("id") or str(number + 1), place, own.get("currency", currency)))
            else:
                self.fault(
                    "items", None, "an item is a mapping", "Write keys such as control_code, origin.", "not_a_mapping", place
                )
        return tuple(found) or (Item(),)

    def _item(self, row: Mapping[str, Any], name: str, place: tuple[str | int, ...], currency: str) -> Item:
        return Item(
            id=name,
            description=self._cell(row, "description", str, "", place),
            control_code=self._cell(row, "control_code", str.strip, "", place),
            eccn=self._cell(row, "eccn", str.strip, "", place),
            hs=self._cell(row, "hs", str.strip, "", place),
            origin=self._cell(row, "origin", read.place, None, place),
            elements=self._listed(row, "elements", read.words, place),
            elements_complete=bool(self._cell(row, "elements_complete", read.flag, False, place)),
            form=self._cell(row, "form", str.strip, "", place),
            meets_threshold=self._cell(row, "meets_threshold", read.flag, None, place),
            value=self._cell(row, "value", lambda t: read.value(t, currency), None, place),
            parts=self._parts(row.get("parts"), (*place, "parts"), currency),
            cn_content=self._cell(row, "cn_content", read.span, None, place),
            us_content=self._cell(row, "us_content", read.span, None, place),
            cn_technology=self._cell(row, "cn_technology", read.flag, None, place),
            us_technology=self._cell(row, "us_technology", read.flag, None, place),
        )

    def _parts(self, raw: Any, place: tuple[str | int, ...], currency: str, depth: int = 0) -> tuple[Component, ...]:  # noqa: ANN401
        if raw is None:
            return ()
        if not isinstance(raw, list) or depth > 50:
            self.fault(
                "parts",
                None,
                "parts is not a list, or nests deeper than 50",
                "Write one mapping per part.",
                "not_a_list",
                place,
            )
            return ()
        found = []
        for number, row in enumerate(raw):
            here = (*place, number)
            if not isinstance(row, dict):
                self.fault("parts", None, "a part is a mapping", "Write keys such as origin, value.", "not_a_mapping", here)
                continue
            own = self._keys(row, PART_KEYS, here)
            found.append(
                Component(
                    id=own.get("id") or str(number + 1),
                    description=self._cell(own, "description", str, "", here),
                    origin=self._cell(own, "origin", read.place, None, here),
                    value=self._cell(own, "value", lambda t: read.value(t, currency), None, here),
                    quantity=self._cell(own, "quantity", read.quantity, 1, here),
                    control_code=self._cell(own, "control_code", str.strip, "", here),
                    eccn=self._cell(own, "eccn", str.strip, "", here),
                    elements=self._listed(own, "elements", read.words, here),
                    form=self._cell(own, "form", str.strip, "", here),
                    chinese_technology=self._cell(own, "cn_technology", read.flag, None, here),
                    parts=self._parts(own.get("parts"), (*here, "parts"), currency, depth + 1),
                    where=self.where((*self.root, *here)),
                )
            )
        return tuple(found)

    def _parties(self, raw: Any) -> tuple[Party, ...]:  # noqa: ANN401
        if raw is None:
            return ()
        if isinstance(raw, dict):
            raw = [{"role": role, **(body if isinstance(body, dict) else {"name": body})} for role, body in raw.items()]
        if not isinstance(raw, list):
            self.fault("parties", None, "parties is not a list", "Write one mapping per party.", "not_a_list", ("parties",))
            return ()
        return tuple(p for number, row in enumerate(raw) if (p := self._party(row, ("parties", number))) is not None)

    def _party(self, row: Any, place: tuple[str | int, ...]) -> Party | None:  # noqa: ANN401
        if not isinstance(row, dict):
            self.fault("parties", None, "a party is a mapping", "Write role and name.", "not_a_mapping", place)
            return None
        own = self._keys(row, PARTY_KEYS, place)
        roles = tuple(
            w.casefold().replace(" ", "_") for w in self._listed(own, "roles" if "roles" in own else "role", read.words, place)
        )
        for role in roles:
            if role not in ROLES:
                self.fault(
                    "role", role, f"{role!r} is not a role that is known", f"Known: {', '.join(ROLES)}.", "unknown_role", place
                )
        owners = []
        for number, holder in enumerate(own.get("owners") or ()):
            here = (*place, "owners", number)
            if isinstance(holder, dict):
                its = self._keys(holder, OWNER_KEYS, here)
                owners.append(
                    Owner(
                        self._cell(its, "name", str, f"owner {number + 1}", here),
                        self._cell(its, "share", read.span, (None, None), here),
                        self._cell(its, "country", read.place, "", here) or "",
                        self._listed(its, "lists", read.words, here),
                    )
                )
        self._owned_above(owners, place)
        return Party(
            roles,
            self._cell(own, "name", str.strip, "", place),
            self._cell(own, "country", read.place, "", place) or "",
            self._cell(own, "address", str, "", place),
            tuple((k, v) for w in self._listed(own, "ids", read.words, place) for k, _, v in [w.partition("=")] if v),
            self._listed(own, "lists", read.words, place),
            bool(self._cell(own, "unlisted", read.flag, False, place)),
            self._cell(own, "military", read.flag, None, place),
            tuple(owners),
        )

    def _owned_above(self, owners: list[Owner], place: tuple[str | int, ...]) -> None:
        total = sum((o.share[0] or 0 for o in owners), start=0)
        if total > 1:
            self.fault(
                "owners", None, f"the owners hold {float(total) * 100:g} % together", "Check them: the whole is 100 %.",
                "owners_above_100", (*place, "owners"),
            )  # fmt: skip

    def _facts(self, raw: Any) -> dict[str, Any]:  # noqa: ANN401
        found: dict[str, Any] = {}
        for name, text in (raw or {}).items() if isinstance(raw, dict) else ():
            fact = self.facts.get(name)
            if fact is None:
                from difflib import get_close_matches

                near = get_close_matches(name, self.facts, n=3)
                cure = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(self.facts)}."
                self.fault(name, None, f"{name!r} is not a fact that is known", cure, "unknown_fact", ("facts", name))
                continue
            value = self._cell({name: text}, name, read.span if fact.type == "share" else read.flag, None, ("facts",))
            if value is not None:
                found[name] = value if fact.type == "share" else int(value)
        return found

    def _rates(self, raw: Any) -> dict[str, Any]:  # noqa: ANN401
        found = {}
        for code, text in (raw or {}).items() if isinstance(raw, dict) else ():
            rate = self._cell({code: text}, code, read.quantity, None, ("rates",))
            if rate is not None:
                found[code.upper()] = rate
        return found

    def _numerator(self, given: Mapping[str, Any]) -> str:
        word: str = self._cell(given, "numerator", str.strip, "auto")
        if word not in NUMERATORS:
            self.fault(
                "numerator",
                word,
                f"{word!r} is not a way to count",
                f"Use one of {', '.join(NUMERATORS)}.",
                "unknown_numerator",
            )
            return "auto"
        return word


__all__ = ["ITEM_KEYS", "PARTY_KEYS", "PART_KEYS", "TOP_KEYS", "Read", "Reader", "read_transactions"]
