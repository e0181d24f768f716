"""The audit of what hears emotion, on planted sounds: what leans on level, on bandwidth or on a voice is caught."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from affekt.cli import affekt
from affekt.corpora.clips import Clips, make_clips
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation import speech
from affekt.evaluation.audit_page import audit_page
from affekt.evaluation.audit_scores import Audit, audit_rows
from affekt.evaluation.listeners import Listener, find_listener, function_listener
from affekt.evaluation.records import read_results
from affekt.evaluation.sound_conditions import GROUPS, QUICK, heard_under, parse_conditions
from affekt.evaluation.speech import rounds
from affekt.evaluation.speech_audit import AuditOptions, audit
from affekt.pages.page import page_html
from affekt.training.speech.functionals_svm import Config, teach
from affekt.training.speech.lesson import Lesson, Taught
from affekt.types import LabelSpace

RATE = 16_000
SPACE = LabelSpace("planted", ("calm", "anger"), "exclusive", "made for a test")
Sounds = list[NDArray[np.float32]]


def planted(*, speakers: int = 8, each: int = 8, corpus: str = "planted", language: str = "en") -> Clips:
    """Tones (synthetic). Those of anger are an octave higher and 12 dB louder; women's are a fifth higher."""
    random, sounds, labels, who = np.random.default_rng(0), [], [], []
    time = np.arange(round(0.3 * RATE)) / RATE
    for speaker in range(speakers):
        for i in range(each):
            label = i % 2
            hertz = 300 * (1 + label) * (1.5 if speaker % 2 else 1.0) * random.uniform(0.97, 1.03)
            tone = np.sin(2 * np.pi * hertz * time) * (0.4 if label else 0.1)
            sounds.append((tone + 1e-4 * random.standard_normal(len(time))).astype(np.float32))
            labels.append(label)
            who.append(f"s{speaker}")
    sexes = ["female" if int(name[1:]) % 2 else "male" for name in who]
    conditions = {"sex": sexes, "language": [language] * len(who)}
    return make_clips(sounds, labels, SPACE, speakers=who, conditions=conditions, corpus=corpus)


def level_of(sound: NDArray[np.float32]) -> float:
    """The level of a tone in dB re full scale."""
    return float(10 * np.log10(np.mean(np.square(sound, dtype=np.float64))))


def peak_hertz(sound: NDArray[np.float32]) -> float:
    return float(np.abs(np.fft.rfft(sound)).argmax() * RATE / len(sound))


def by_level(sounds: Sounds, rate: int) -> list[dict[str, float]]:
    """Anger is what is loud."""
    sure = [1 / (1 + np.exp(-(level_of(each) + 20))) for each in sounds]
    return [{"anger": float(each), "calm": float(1 - each)} for each in sure]


def by_height(sounds: Sounds, rate: int) -> list[dict[str, float]]:
    """Anger is what is high, whoever speaks: above 500 Hz, which parts men's tones and women's alike."""
    return [{"anger": 0.9, "calm": 0.1} if peak_hertz(each) > 500 else {"anger": 0.1, "calm": 0.9} for each in sounds]


def fair_to_men(sounds: Sounds, rate: int) -> list[dict[str, float]]:
    """Anger is what is above 400 Hz: all women are angry."""
    return [{"anger": float(peak_hertz(each) > 400), "calm": float(peak_hertz(each) <= 400)} for each in sounds]


def run(function: object, conditions: str = "level:-25", *, clips: Clips | None = None, **options: object) -> Audit:
    clips = planted() if clips is None else clips
    listener = function_listener(function, SPACE, name=getattr(function, "__name__", "x"))  # type: ignore[arg-type]
    asked = AuditOptions(parse_conditions(conditions), resamples=80, **options)  # type: ignore[arg-type]
    return audit([listener], [clips], asked)[0]


def test_what_leans_on_level_is_caught_by_the_level_and_what_does_not_is_not() -> None:
    leaning, other = run(by_level), run(by_height)
    assert leaning.clean["uar"].value == other.clean["uar"].value == 1.0
    drop = leaning.held[0].drops["uar"]
    assert drop.value == pytest.approx(0.5)
    assert drop.low > 0.3
    assert leaning.held[0].flipped is not None and leaning.held[0].flipped.value == pytest.approx(0.5)
    assert other.held[0].drops["uar"] == (0.0, 0.0, 0.0, len(planted()))
    assert other.held[0].flipped is not None and other.held[0].flipped.value == 0


def test_what_leans_on_height_is_caught_by_speed_and_not_by_level() -> None:
    found = {held.condition: held for held in run(by_height, "speed:2, level:-40, clipping:10").held}
    assert found["speed:2"].drops["uar"].low > 0.3
    assert found["level:-40"].drops["uar"].high == found["clipping:10"].drops["uar"].high == 0.0


def test_a_model_that_is_fair_shows_no_gap_and_one_that_is_not_does() -> None:
    def noisy(sounds: Sounds, rate: int) -> list[dict[str, float]]:
        """Right for four of five, whoever speaks."""
        random = np.random.default_rng(1)
        said = by_height(sounds, rate)
        return [each if random.random() < 0.8 else {"anger": each["calm"], "calm": each["anger"]} for each in said]

    fair, unfair = run(noisy), run(fair_to_men)
    sex = {gap.kind: gap for gap in fair.gaps}["sex"]
    assert sex.p > 0.05
    assert sex.gap.value < 2.5 * sex.by_chance + 0.02
    assert {gap.kind: gap for gap in fair.gaps}["speaker"].p > 0.05
    found = {gap.kind: gap for gap in unfair.gaps}
    assert found["sex"].groups["male"].value == 1.0
    assert found["sex"].groups["female"].value == 0.5
    assert found["sex"].gap.value == 0.5 > 2 * found["sex"].by_chance
    # Of 8 speakers the sexes can be dealt in 70 ways, of which two are as far apart.
    assert found["sex"].p < 0.08
    assert found["speaker"].p < 0.02


def test_a_gap_between_languages_is_over_all_corpora() -> None:
    def english_only(sounds: Sounds, rate: int) -> list[dict[str, float]]:
        return by_height(sounds, rate) if len(sounds) < 20 else [{"anger": 1.0, "calm": 0.0}] * len(sounds)

    home, other = planted(), planted(each=6, corpus="other", language="de")
    listener = function_listener(english_only, SPACE, name="english_only")
    found = audit([listener], [home, other], AuditOptions((), resamples=50))[0]
    assert found.clean["uar"].value == 1.0
    assert found.elsewhere[0].scores["uar"].value == 0.5
    (gap,) = found.languages
    assert (gap.groups["en"].value, gap.groups["de"].value, gap.gap.value) == (1.0, 0.5, 0.5)
    assert gap.p < 0.02
    rows = {(row.corpus, row.metric): row.value for row in audit_rows(found)}
    assert rows["planted+other", "gap:language/uar"] == 0.5
    assert rows["other", "uar"] == 0.5


def test_a_home_of_several_corpora_is_scored_as_each_among_its_own_labels() -> None:
    """The second corpus has two of the three labels of the first, with which it is one."""
    three = LabelSpace("three", ("calm", "anger", "sadness"), "exclusive", "made for a test")
    first, second = planted(speakers=4), planted(speakers=4, corpus="second", language="de")
    sad = first.labels.copy()
    sad[::4] = 2
    home = make_clips(
        [wave[:, 0] for clips in (first, second) for wave in clips.view("wave")],
        [*sad, *second.labels],
        three,
        speakers=[f"{clips.corpus}/{name}" for clips in (first, second) for name in clips.speakers],
        conditions={
            "corpus": ["first"] * len(first) + ["second"] * len(second),
            "language": ["en"] * len(first) + ["de"] * len(second),
            "sex": [*first.conditions["sex"], *second.conditions["sex"]],
        },
        corpus="first+second",
    )

    def sad_or_by_height(sounds: Sounds, rate: int) -> list[dict[str, float]]:
        """Always says sadness most, then the right of the other two."""
        return [
            {"sadness": 0.5, "anger": each["anger"] / 2, "calm": each["calm"] / 2} for each in by_height(sounds, rate)
        ]

    listener = function_listener(sad_or_by_height, three, name="sad")
    whole, *each = audit([listener], [home], AuditOptions(("level:-25",), resamples=20))
    assert [one.corpus for one in (whole, *each)] == ["first+second", "first", "second"]
    assert whole.clean["uar"].value < 0.5
    assert each[0].clean["uar"].value == pytest.approx(1 / 3)
    assert each[1].clean["uar"].value == 1.0
    rows = {(row.corpus, row.split, row.metric): row.value for row in audit_rows(each[1])}
    assert rows["second", "all:with:first+second", "uar"] == 1.0
    assert rows["second", "all:with:first+second", "perturbed:level:-25/uar_drop"] == 0.0
    assert {gap.kind for gap in whole.gaps} == {"sex", "speaker", "language"}


def test_ratings_are_scored_by_concordance_and_say_that_truth_is_mapped() -> None:
    def rates(sounds: Sounds, rate: int) -> list[dict[str, float]]:
        """Louder is more aroused; valence is always the same."""
        return [{"arousal": float(np.clip((level_of(s) + 20) / 20, -1, 1)), "valence": 0.1} for s in sounds]

    found = run(rates, "level:-25, white:40")
    assert found.first == ("mapped-ccc:valence", "mapped-ccc:arousal")
    assert any("mapped" in note for note in found.notes)
    held = {each.condition: each for each in found.held}
    assert held["level:-25"].scores["mapped-ccc:arousal"].value == pytest.approx(0, abs=1e-3)
    assert held["level:-25"].drops["mapped-ccc:arousal"].low > 0.05
    assert held["white:40"].near["arousal"].value == 1.0
    assert held["level:-25"].near["arousal"].value == 0.0
    assert held["level:-25"].moved["valence"].value == 0.0
    # The same with ratings of the sounds: no longer mapped, and as good as they are.
    clips = planted()
    levels = [r["arousal"] for r in rates([wave[:, 0] for wave in clips.view("wave")], RATE)]
    real = replace(clips, ratings=np.column_stack([np.full(len(clips), np.nan), levels, np.full(len(clips), np.nan)]))
    found = run(rates, "level:-25", clips=real)
    assert found.first == ("ccc:arousal",)
    assert found.clean["ccc:arousal"].value == pytest.approx(1.0)
    assert not found.notes


def test_all_models_hear_the_same_noise_and_louder_noise_is_the_same_noise() -> None:
    clips = planted()
    each = rounds(clips, "folds")[0]
    clean = heard_under("clean", clips, each).view("wave")[3][:, 0]
    heard = {
        name: heard_under(name, clips, each).view("wave")[3][:, 0] for name in ("babble:10", "babble:0", "pink:10")
    }
    again = heard_under("babble:10", clips.take(np.arange(len(clips))), each).view("wave")[3][:, 0]
    assert np.array_equal(heard["babble:10"], again)
    quiet, loud = heard["babble:10"] - clean, heard["babble:0"] - clean
    assert np.corrcoef(quiet, loud)[0, 1] > 0.999
    assert np.std(loud) / np.std(quiet) == pytest.approx(10**0.5, rel=1e-3)
    assert abs(np.corrcoef(quiet, heard["pink:10"] - clean)[0, 1]) < 0.2


def test_babble_is_of_five_training_speakers_of_the_fold() -> None:
    """Each speaker is a constant of their own, by which one hears who babbles."""
    sounds = [np.full(4000, 2.0**-speaker, np.float32) for speaker in range(8) for _ in range(3)]
    who = [f"s{speaker}" for speaker in range(8) for _ in range(3)]
    clips = make_clips(sounds, [0, 1] * 12, SPACE, speakers=who)
    from affekt.evaluation.sound_conditions import _voices

    for each in rounds(clips, "folds"):
        allowed = {clips.speakers[place] for place in each.train}
        for draw in range(10):
            voices = _voices(clips.take(each.train), np.random.default_rng(draw))
            heard = [f"s{round(-np.log2(float(voice[0])))}" for voice in voices]
            assert len(set(heard)) == 5
            assert set(heard) <= allowed
            assert not set(heard) & {clips.speakers[place] for place in each.test}


def test_changed_clips_are_called_otherwise_so_that_kept_features_are_not_those_of_clean_ones(tmp_path: Path) -> None:
    from affekt.training.speech.upstreams import open_upstream, upstream_frames

    clips, upstream = planted(), open_upstream("fresh:tiny")
    each = rounds(clips, "folds")[0]
    clean, noisy = (heard_under(name, clips, each) for name in ("clean", "white:0"))
    before = upstream_frames(upstream, clean, cache=tmp_path)
    after = upstream_frames(upstream, noisy, cache=tmp_path)
    assert noisy.ids == clean.ids
    assert not np.allclose(before[0], after[0], atol=1e-3)


@pytest.mark.parametrize("name", [each for group in GROUPS.values() for each in group])
def test_every_condition_of_the_report_changes_every_sound_and_leaves_one(name: str) -> None:
    clips = planted(each=2)
    each = rounds(clips, "folds")[0]
    clean, heard = (heard_under(how, clips, each).view("wave") for how in ("clean", name))
    assert len(heard) == len(clean) == 2
    pairs = list(zip(clean, heard, strict=True))
    assert all(np.isfinite(after).all() and after.any() for _, after in pairs)
    changed = [len(after) != len(before) or not np.allclose(after, before, atol=1e-5) for before, after in pairs]
    # A line that loses few packets may lose none of so short a sound.
    assert all(changed) or name.startswith("loss")


def test_conditions_are_named_by_group_and_checked() -> None:
    assert parse_conditions("quick") == QUICK
    assert len(parse_conditions("all")) == sum(map(len, GROUPS.values()))
    assert parse_conditions("room, room:0.2+babble:5")[-1] == "room:0.2+babble:5"
    with pytest.raises(UnknownNameError, match="Did you mean 'pink'"):
        parse_conditions("pinky:10")
    with pytest.raises(InputError, match="after a colon"):
        parse_conditions("pink")
    with pytest.raises(InputError, match="twice"):
        parse_conditions("noise, pink:10")
    with pytest.raises(InputError, match="names no condition"):
        parse_conditions(" , ")


def test_few_speakers_are_enough_for_what_was_learned_elsewhere_and_babble_needs_others() -> None:
    two = planted(speakers=2)
    assert run(by_height, "babble:20", clips=two).clean["uar"].n == 16
    with pytest.raises(InputError, match="no others"):
        run(by_height, "babble:20", clips=planted(speakers=1))
    assert run(by_height, "pink:20", clips=planted(speakers=1)).clean["uar"].value == 1.0


def test_answers_that_cannot_be_scored_say_why() -> None:
    def some(sounds: Sounds, rate: int) -> list[dict[str, float] | None]:
        return [None, *by_height(sounds[1:], rate)]

    with pytest.raises(InputError, match="Answer all"):
        run(some)
    other = LabelSpace("other", ("boredom", "interest"), "exclusive", "made for a test")
    listener = function_listener(lambda sounds, rate: [{"boredom": 1.0}] * len(sounds), other, name="bored")
    with pytest.raises(InputError, match="Nothing that bored answers can be scored"):
        audit([listener], [planted()], AuditOptions(()))


@pytest.fixture
def method(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Lesson]]:
    """A fast method on mean spectra, that remembers what it was given."""
    lessons: list[Lesson] = []
    module = ModuleType("planted_listener")

    def plain(lesson: Lesson) -> Taught:
        lessons.append(lesson)
        return teach(lesson, Config(view="log-mel"))

    module.plain = plain  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "planted_listener", module)
    names = {"plain": "planted_listener:plain"}
    for place in ("evaluation.speech.METHODS", "training.speech.index.METHODS", "evaluation.listeners.METHODS"):
        monkeypatch.setattr(f"affekt.{place}", names)
    speech._last.clear()
    yield lessons
    speech._last.clear()


def test_a_method_is_taught_each_fold_once_and_a_second_audit_asks_nothing(
    method: list[Lesson], tmp_path: Path
) -> None:
    clips, bench = planted(speakers=4), speech.SpeechBench(runs=tmp_path / "ser")
    listener = find_listener("plain", clips, bench)
    told: list[str] = []
    options = AuditOptions(("pink:10", "level:-25"), resamples=20, runs=tmp_path / "audit", tell=told.append)
    first = audit([listener], [clips], options)[0]
    assert first.learns
    assert len(method) == 4
    assert first.clean["uar"].n == len(clips)
    for lesson in method:
        assert not set(lesson.train.speakers) & set(lesson.valid.speakers)
    # Asked again for one condition more, only that is answered.
    told.clear()
    more = replace(options, conditions=(*options.conditions, "clipping:10"))
    second = audit([listener], [clips], more)[0]
    assert sum("clipping" in line for line in told) == len([line for line in told if "fold" in line]) == 4
    assert second.held[:2] == first.held
    told.clear()
    assert audit([listener], [clips], more)[0].held == second.held
    assert not [line for line in told if "fold" in line]
    # What keeps no file is taught anew where it is asked something new.
    assert len(method) == 8


def test_a_killed_audit_goes_on(method: list[Lesson], tmp_path: Path) -> None:
    clips, told = planted(speakers=4), []
    listener = find_listener("plain", clips, speech.SpeechBench(runs=tmp_path / "ser"))

    def stop(line: str) -> None:
        told.append(line)
        if len(told) == 5:
            raise KeyboardInterrupt

    options = AuditOptions(("pink:10",), resamples=20, runs=tmp_path / "audit", tell=stop)
    with pytest.raises(KeyboardInterrupt):
        audit([listener], [clips], options)
    audit([listener], [clips], replace(options, tell=told.append))
    assert len([line for line in told if "fold" in line]) == 8


def test_the_answers_of_a_kept_file_are_asked_and_not_a_new_network(
    method: list[Lesson], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps an ONNX file of a fold answers by it under every condition."""
    asked: list[Path] = []

    def answer(path: Path, clips: Clips, *, temperature: float) -> NDArray[np.float64]:
        asked.append(path)
        assert temperature == 2.0
        return np.tile([0.25, 0.75], (len(clips), 1))

    def filed(lesson: Lesson) -> Taught:
        method.append(lesson)
        return Taught(lambda clips: np.tile([0.5, 0.5], (len(clips), 1)), 1, {"temperature": 2.0}, file=b"onnx")

    monkeypatch.setattr(sys.modules["planted_listener"], "plain", filed)
    monkeypatch.setattr("affekt.training.speech.export.answer_onnx", answer)
    clips, bench = planted(), speech.SpeechBench(runs=tmp_path)
    each = rounds(clips, "folds")[0]
    taught = speech.heard_by("plain", clips, each, bench=bench)
    assert taught.answer(clips)[0].tolist() == [0.25, 0.75]
    assert asked[0].read_bytes() == b"onnx"
    speech._last.clear()
    speech.heard_by("plain", clips, each, bench=bench)
    assert len(method) == 1


def test_a_model_of_speech_is_audited_on_the_labels_it_shares(tmp_path: Path) -> None:
    from affekt.evaluation.listeners import card_listener
    from toy_speech import write_toy_speech

    card = write_toy_speech(tmp_path)
    listener = card_listener(card)
    found = audit([listener], [planted()], AuditOptions(("pink:10",), resamples=20, runs=tmp_path))[0]
    assert found.labels == 2
    assert not found.learns
    assert any("2 labels shared: calm, anger" in note for note in found.notes)
    with pytest.raises(InputError, match="named twice"):
        audit([listener, listener], [planted()], AuditOptions(()))
    with pytest.raises(UnknownNameError, match="functionals-svm"):
        find_listener("functionals-swm", planted())
    with pytest.raises(InputError, match="not speech"):
        find_listener("card:text", planted())


def test_the_command_prints_writes_and_draws(
    method: list[Lesson], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    corpora = {"planted": planted(speakers=4), "other": planted(speakers=4, corpus="other", language="de")}
    monkeypatch.setattr("affekt.corpora.joint_clips.read_joint_clips", lambda name: corpora[name])
    results, page = tmp_path / "rows.csv", tmp_path / "page.html"
    command = ["evaluate", "plain", "--suite", "speech-robustness", "--on", "planted,other", "--resamples", "20"]
    command += ["--perturb", "pink:10,level:-25", "--results", str(results), "--html", str(page)]
    done = CliRunner().invoke(affekt, command)
    assert done.exit_code == 0, done.output
    for word in ("clean", "pink:10", "level:-25", "female", "by chance", "other"):
        assert word in done.output.lower() or word in done.output
    rows = {(row.corpus, row.metric): row for row in read_results(results)}
    assert rows["planted", "uar"].protocol == "folds"
    assert rows["planted", "uar"].seed == 0
    assert rows["planted", "perturbed:pink:10/uar_drop"].low is not None
    assert rows["other", "uar"].split == "all:from:planted"
    assert ("planted", "gap:sex/uar") in rows
    assert "pink:10" in page.read_text(encoding="utf-8")
    done = CliRunner().invoke(affekt, [*command, "--json"])
    assert done.exit_code == 0, done.output
    assert '"pink:10"' in done.output
    wrong = CliRunner().invoke(affekt, ["evaluate", "plain", "--suite", "speech-robustness", "--perturb", "typos"])
    assert wrong.exit_code != 0
    assert "Unknown condition of sound 'typos'" in wrong.output + str(wrong.stderr)


def test_the_page_shows_every_part() -> None:
    html = page_html(audit_page([run(by_level), run(fair_to_men)]))
    for word in ("by_level", "fair_to_men", "level:-25", "sex", "By chance"):
        assert word in html


def test_a_listener_that_was_taught_says_so_of_its_corpus() -> None:
    listener = function_listener(by_height, SPACE, name="x")
    heard = Listener(listener.name, "1", "", listener.opened, SPACE, heard=("planted",))
    found = audit([heard], [planted()], AuditOptions((), resamples=20))[0]
    assert any("learned from planted" in note for note in found.notes)
