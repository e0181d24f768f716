"""Two texts read as one: what is cut where they are too long."""

from __future__ import annotations

import pytest

from affekt.errors import InputError
from affekt.training.pairs import encode_pairs
from affekt.training.starting import open_encoder


@pytest.fixture(scope="module")
def start():
    return open_encoder("fresh", layers=1)


def test_the_end_of_the_context_and_the_whole_text_are_kept(start):
    context, text = "one two three four five six", "seven eight"
    one = start.encode([context])[0]
    other = start.encode([text])[0]
    (whole,) = encode_pairs(start, [context], [text])
    assert whole == [*one, *other[1:]]
    for longest in range(6, 12):
        (cut,) = encode_pairs(start, [context], [text], longest=longest)
        assert len(cut) == min(longest, len(whole))
        assert cut[0] == one[0] and cut[-3:] == other[1:] and cut[1 : -len(other)] == one[1:-1][-(longest - 5) :]


def test_a_text_that_fills_the_room_is_read_alone(start):
    text = "seven eight nine ten"
    for longest in (4, 5, 6):
        (found,) = encode_pairs(start, ["one two"], [text], longest=longest)
        assert found == start.encode([text], longest=longest)[0]


def test_no_context_is_the_text_alone(start):
    assert encode_pairs(start, ["", " "], ["seven", "eight"]) == start.encode(["seven", "eight"])
    assert encode_pairs(start, [], []) == []
    with pytest.raises(InputError, match="1 contexts and 2 texts"):
        encode_pairs(start, [""], ["seven", "eight"])
