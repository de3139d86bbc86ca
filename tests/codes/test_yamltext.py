import pytest

from countermeasure.codes import load_text, parse_text


def test_scalars_stay_text():
    loaded = parse_text(
        'a: 2805.30\nb: 010121\nc: NO\nd: 12:30\ne: 2025-04-09\nf: yes\ng: "null"\nh: null\ni: ~\nj:\n'
        'k: "~"\n'
        "l: [0x10, 1e3, no]\nm: {x: 1_000}\nn: >-\n  two\n  lines\n",
        "t.yaml",
    )
    assert loaded.faults == []
    assert loaded.data == {
        "a": "2805.30", "b": "010121", "c": "NO", "d": "12:30", "e": "2025-04-09", "f": "yes", "g": "null",
        "h": None, "i": None,
        "j": None, "k": "~", "l": ["0x10", "1e3", "no"], "m": {"x": "1_000"}, "n": "two lines",
    }  # fmt: skip


def test_lines_of_every_value():
    loaded = parse_text("a:\n  - x: 1\n    y:\n      - p\n      - q\nb: 2\n", "t.yaml")
    assert loaded.lines[()] == 1
    assert loaded.lines["a",] == 1
    assert loaded.lines["a", 0] == 2
    assert loaded.lines["a", 0, "y"] == 3
    assert loaded.lines["a", 0, "y", 1] == 5
    assert loaded.where(("a", 0, "y", 1)) == "t.yaml:5"
    assert loaded.where(("a", 0, "absent", "deeper")) == "t.yaml:2"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", ["t.yaml:3:", "'a'", "line 1", "Remove"]),
        ("x:\n  a: 1\n  a: 1\n", ["t.yaml:3:"]),
        ("a: &n {b: 1}\nc: *n\n", ["t.yaml:2:", "alias"]),
        ("a: !!int 3\n", ["t.yaml:1:", "tag"]),
        ("a: !thing {b: 1}\n", ["t.yaml:1:", "tag"]),
        ("a: !!set [b]\n", ["t.yaml:1:", "tag"]),
        ("a: {what: needs a program, repairs, b: 1}\n", ["t.yaml:1:", "comma", "Quote"]),
        ("? [a, b]\n: 1\n", ["t.yaml:1:", "key"]),
        ("a: [1\n", ["t.yaml:", "not valid YAML"]),
        ("a: b: c\n", ["t.yaml:1:", "not valid YAML"]),
        ("\ta: 1\n", ["t.yaml:1:", "not valid YAML"]),
        ("a: *n\n", ["t.yaml:1:", "not valid YAML"]),
        ("a: 1\n---\nb: 2\n", ["t.yaml:2:", "document"]),
        ("", ["t.yaml:1:", "empty"]),
        ("# only a comment\n", ["t.yaml:1:", "empty"]),
        ("a: \x00\n", ["t.yaml:1:", "control characters"]),
    ],
)
def test_faults_name_line_and_cure(text, words):
    faults = parse_text(text, "t.yaml").faults
    assert faults
    for word in words:
        assert word in faults[0]


def test_faults_come_in_one_go():
    assert len(parse_text("a: 1\na: 2\nb: 1\nb: 2\n", "t.yaml").faults) == 2


def test_files(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: NO\n")
    assert load_text(path).data == {"a": "NO"}
    path.write_bytes(b"a: 1\nb: \xff\n")
    assert load_text(path, "x.yaml").faults[0].startswith("x.yaml:2: is not UTF-8")
    assert "cannot be read" in load_text(tmp_path / "absent.yaml").faults[0]
