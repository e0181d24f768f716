import warnings

import numpy as np
import pytest
from click.testing import CliRunner

import affekt
from affekt.analysis.annotate import AnnotateOptions
from affekt.analysis.bulk import BulkOptions, annotate_file
from affekt.analysis.own_labels import UnknownLabelWarning
from affekt.cli import affekt as program
from affekt.errors import InputError

LABELS = "proud, let down, amused"
TEXTS = [
    "My daughter graduated today, I could burst with pride!",
    "They promised to come and nobody showed up. Again.",
    "Haha, the cat fell into the bath, I can't stop laughing",
]


@pytest.fixture(scope="module")
def reports():
    return affekt.analyze(TEXTS, labels=LABELS)


def test_labels_of_ones_own_are_read_by_their_names(reports):
    assert [report.top(1)[0].label for report in reports] == ["proud", "let down", "amused"]
    reading = reports[0].overall
    assert reading.space.labels == ("proud", "let down", "amused")
    assert all(0 <= p <= 1 for p in reading.probabilities)
    assert reading.vad is not None


def test_order_and_company_do_not_change_a_score(reports):
    other = affekt.analyze(TEXTS[0], labels=["amused", "proud"])
    assert other.overall["proud"] == pytest.approx(reports[0].overall["proud"], abs=1e-5)


def test_a_list_in_python_and_a_list_in_words_are_the_same(reports):
    listed = affekt.analyze(TEXTS[1], labels=["proud", "let down", "amused"])
    assert listed.overall == reports[1].overall
    assert listed.provenance.model == "text-open"
    assert listed.provenance.model_version == reports[1].provenance.model_version


def test_evidence_names_the_words_that_count():
    report = affekt.analyze(TEXTS[0], labels=LABELS, explain=True)
    assert "pride" in [evidence.text for evidence in report.overall.evidence[:3]]


def test_a_label_that_is_not_understood_is_warned_of_and_never_present():
    with pytest.warns(UnknownLabelWarning, match="'xqzt' is no word"):
        found = affekt.analyze(TEXTS, labels="proud, xqzt")
    assert len({report.overall["xqzt"] for report in found}) == 1
    assert all("xqzt" not in report.labels for report in found)


def test_a_definition_makes_an_unknown_word_known():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = affekt.analyze(TEXTS[1], labels="zubu: disappointed because someone broke a promise; amused")
    assert found.top(1)[0].label == "zubu"


@pytest.mark.parametrize(
    "options",
    [{"space": "ekman"}, {"model": "text-nano"}, {"raters": True}],
)
def test_what_does_not_go_with_labels_is_refused(options):
    with pytest.raises(InputError):
        affekt.analyze("so", labels=LABELS, **options)


def test_tables_and_files_get_a_column_a_label(tmp_path, reports):
    table = affekt.annotate([*TEXTS, None], options=AnnotateOptions(labels=LABELS))
    assert table.names[1:5] == ("asked.proud", "asked.let down", "asked.amused", "labels")
    expected = [report.overall["proud"] for report in reports]
    np.testing.assert_allclose(table["asked.proud"][:3].astype(float), expected, atol=1e-5)
    source, output = tmp_path / "rows.csv", tmp_path / "out.csv"
    source.write_text("text\n" + "".join(f'"{text}"\n' for text in TEXTS), "utf-8")
    annotate_file(source, output, column="text", options=BulkOptions(labels=("proud", "let down", "amused")))
    assert output.read_text("utf-8").splitlines()[0].startswith("text,asked.proud,asked.let down,asked.amused,labels")


def test_on_the_command_line_a_list_or_a_file(tmp_path):
    runner = CliRunner()
    said = runner.invoke(program, ["analyze", TEXTS[0], "--labels", "proud, xqzt"])
    assert said.exit_code == 0
    assert "Not understood: 'xqzt'" in said.stderr
    assert "proud" in said.stdout
    file = tmp_path / "labels.txt"
    file.write_text("# mine\nsmug: pleased with oneself, and showing it\n", "utf-8")
    said = runner.invoke(program, ["analyze", TEXTS[0], "--labels", str(file), "--json"])
    assert said.exit_code == 0, said.output
    assert '"smug"' in said.stdout
    bad = runner.invoke(program, ["analyze", TEXTS[0], "--labels", "proud, Proud"])
    assert bad.exit_code != 0
    assert "given twice" in bad.output
