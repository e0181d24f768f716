import numpy as np
import pytest

import affekt
from affekt.affect.spaces import find_space
from affekt.analysis.additions import ADDITIONS, addition_columns, addition_names, parse_additions
from affekt.analysis.annotate import AnnotateOptions
from affekt.analysis.bulk import BulkOptions, annotate_file
from affekt.errors import InputError, UnknownNameError

TITLES = [
    "Measles outbreak: parents terrified as cases rise",
    "The best, most wonderful news about vaccines!",
    "City council meets on Tuesday",
]


def three(texts, model="text-nano"):
    return affekt.annotate(
        {"title": texts},
        column="title",
        model=model,
        options=AnnotateOptions(add=parse_additions("polarity,subjectivity,emotions")),
    )


def test_a_table_of_titles_gets_polarity_subjectivity_and_one_of_seven_emotions():
    table = three(TITLES)
    assert set(table["polarity"]) <= set(find_space("sentiment"))
    assert table["polarity_lexicon"].tolist()[1] == "positive"
    assert table["subjectivity"].tolist()[2] == "least opinionated"
    assert set(table["emotion"]) <= {"anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"}
    assert table["emotion"].tolist()[0] == "fear"
    assert table["subjectivity_score"].dtype == np.float32


def test_what_is_not_read_has_no_class_of_ours():
    table = three([None, TITLES[0]])
    assert table["emotion"].tolist()[0] is None
    assert table["status"].tolist()[0] == "empty"


def test_a_file_gets_the_same_columns_as_a_table(tmp_path):
    source, output = tmp_path / "titles.csv", tmp_path / "out.csv"
    source.write_text("url,title\n" + "".join(f'u{i},"{title}"\n' for i, title in enumerate(TITLES)), "utf-8")
    options = BulkOptions(model="text-nano", add=("polarity", "subjectivity", "emotions"))
    annotate_file(source, output, column="title", options=options)
    header, *lines = output.read_text("utf-8").splitlines()
    assert header.endswith(
        "polarity,polarity_lexicon,polarity_lexicon_score,subjectivity,subjectivity_score,emotion,status"
    )
    expected = three(TITLES)
    for line, emotion, degree in zip(lines, expected["emotion"], expected["subjectivity"], strict=True):
        cells = line.rsplit(",", 4)
        assert (cells[1], cells[3]) == (degree, emotion)


def test_vader_is_added_where_it_is_asked_for():
    pytest.importorskip("vaderSentiment")
    columns = addition_columns(["vader"], ["I love it!", "I hate it."], np.zeros((2, 28)), find_space("goemotions"))
    assert columns[0].tolist() == ["positive", "negative"]
    assert columns[1][0] > 0.5 > -0.5 > columns[1][1]


def test_names_and_columns_agree_also_where_there_is_no_text():
    space = find_space("goemotions")
    asked = [each for each in ADDITIONS if each != "vader"]
    for count in (0, 2):
        columns = addition_columns(asked, ["so good"] * count, np.full((count, 28), 0.1), space)
        assert len(columns) == len(addition_names(asked))
        assert {len(column) for column in columns} == {count}
        assert [column.dtype.kind for column in columns] == ["O", "O", "f", "O", "f", "O"]


def test_what_cannot_be_added_is_refused():
    with pytest.raises(UnknownNameError, match="polarity"):
        parse_additions("polarty")
    with pytest.raises(InputError, match="nothing to add"):
        parse_additions(" , ")
    with pytest.raises(InputError, match="labels of your own"):
        affekt.annotate(TITLES, options=AnnotateOptions(labels="proud, sad", add=("emotions",)))
