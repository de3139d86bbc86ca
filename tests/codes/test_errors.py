import pickle

import pytest

from countermeasure import errors
from countermeasure.errors import BookError, CodeError, CountermeasureError, InputError, NotFoundError


def test_text_says_what_where_and_what_to_do():
    error = CodeError("'x' is not a day", where="lines.csv, row 7", cure="Write days as YYYY-MM-DD.")
    assert str(error) == "lines.csv, row 7: 'x' is not a day. Write days as YYYY-MM-DD."


def test_json_has_one_shape():
    for kind in (CountermeasureError, BookError, CodeError, InputError, NotFoundError):
        body = kind("wrong").to_json()
        assert list(body) == ["error"]
        assert list(body["error"]) == ["code", "message", "where", "cure"]


def test_further_faults_are_in_text_and_json():
    error = BookError("2 faults", where="book", faults=["a:1: x", "b:2: y"])
    assert "b:2: y" in str(error)
    assert "a:1: x" in error.to_json()["error"]["message"]


@pytest.mark.parametrize(
    ("kind", "exit_code", "builtin"),
    [
        (CodeError, 2, ValueError),
        (InputError, 2, ValueError),
        (BookError, 5, ValueError),
        (NotFoundError, 4, LookupError),
    ],
)
def test_exit_codes_are_documented(kind, exit_code, builtin):
    assert kind.exit_code == exit_code
    assert issubclass(kind, builtin)
    assert exit_code in errors.EXIT_CODES
    assert f"| {exit_code} |" in errors.__doc__


def test_survives_a_process_pool():
    error = CodeError("wrong", code="c", where="w", cure="Do.", faults=["f"])
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.code) == (CodeError, str(error), "c")


def test_at_adds_the_place():
    error = CodeError("wrong", code="c", cure="Do.").at("f, row 2")
    assert isinstance(error, CodeError)
    assert str(error) == "f, row 2: wrong. Do."
