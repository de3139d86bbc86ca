"""Files laid upon one another: what comes of any keys, where each value is from, and files that are spoilt."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes.yamltext import parse_text
from countermeasure.errors import CountermeasureError
from countermeasure.scenario.whole import load_whole, story_names, story_path
from countermeasure.scenario.whole.layers import laid_keys

words = st.text("abc", min_size=1, max_size=3)
trees = st.dictionaries(
    words, st.recursive(words | st.lists(words, max_size=2), lambda inner: st.dictionaries(words, inner, min_size=1, max_size=3), max_leaves=6),
    min_size=1, max_size=4,
)  # fmt: skip


def merged(under: Any, over: Any) -> Any:
    """What a nearer file says wins; maps merge."""
    if isinstance(under, dict) and isinstance(over, dict):
        return {key: merged(under.get(key), over[key]) if key in over else under[key] for key in {**under, **over}}
    return over


def leaves(tree: Any, place: tuple[str, ...] = ()):
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*place, key))
    else:
        yield place, tree


def at(tree: Any, place: tuple[str, ...]) -> Any:
    for key in place:
        if not isinstance(tree, dict) or key not in tree:
            return None
        tree = tree[key]
    return tree


@given(trees, trees)
def test_keys_merge_and_each_value_keeps_its_file(under: dict[str, Any], over: dict[str, Any]) -> None:
    texts = [yaml.safe_dump(tree, default_style='"') for tree in (under, over)]
    loaded = [parse_text(text, name) for text, name in zip(texts, ("under.yaml", "over.yaml"), strict=True)]
    assert [one.faults for one in loaded] == [[], []]
    found = laid_keys(*loaded)
    assert found.data == merged(under, over)
    assert (loaded[0].data, loaded[1].data) == (under, over)  # the files themselves stay as they are
    for place, value in leaves(found.data):
        source, _, line = found.where(place).partition(":")
        held = over if source == "over.yaml" else under
        assert at(held, place) == value
        if at(over, place) == value:
            assert source == "over.yaml"
        assert f'"{place[-1]}"' in texts[source == "over.yaml"].splitlines()[int(line) - 1]


@pytest.mark.parametrize("seed", range(6))
def test_a_spoilt_file_is_refused_in_words_or_read(seed: int, tmp_path: Path) -> None:
    """Lines lost, doubled, moved or garbled: a fault with its place, or a scenario; nothing else."""
    luck = random.Random(seed)
    name = luck.choice(story_names())
    for layer in sorted((story_path(name) or Path()).parent.glob("*.yaml")):
        (tmp_path / layer.name).write_text(layer.read_text("utf-8"), "utf-8")
    path = tmp_path / f"{name}.yaml"
    whole = path.read_text("utf-8").splitlines()
    for _ in range(25):
        lines = list(whole)
        place = luck.randrange(len(lines))
        change = luck.randrange(5)
        if change == 0:
            del lines[place]
        elif change == 1:
            lines.insert(place, lines[place])
        elif change == 2:
            lines[place] = lines[place].replace(":", ": [", 1)
        elif change == 3:
            lines[place] = " " + lines[place]
        else:
            lines[place] = lines[place].replace('"', "", 1).replace("2", "x", 1)
        path.write_text("\n".join(lines) + "\n", "utf-8")
        assert outcome_of(path) in ("read", 2, 4, 5)


def outcome_of(path: Path) -> str | int:
    """``read``, or the exit code of the refusal."""
    try:
        load_whole(path)
    except CountermeasureError as error:
        return error.exit_code if str(error) else "without words"
    return "read"
