"""Changed copies of speech: each change measured by what it says it does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError, UnknownNameError
from affekt.signals.codecs import CODECS, telephone_band, through_codec, with_losses
from affekt.signals.degrade import AUGMENTATION, CHANGES, Chance, at_level, augmented, clipped, degraded
from affekt.signals.loudness import active_level, levels
from affekt.signals.noise import babble, coloured_noise, looped, pink_noise, white_noise, with_noise
from affekt.signals.rooms import (
    Room,
    air_absorption,
    at_distance,
    drawn_room,
    noise_response,
    reverberated,
    reverberation_time,
    room_response,
)
from affekt.signals.stretching import at_pitch, at_speed, at_tempo

RATE = 16000


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def voice(seed: int = 1, seconds: float = 2.0, rate: int = RATE) -> np.ndarray:
    """Syllables of a harmonic sound whose pitch wanders, pauses between them."""
    generator = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate)) / rate
    pitch = np.interp(time, np.linspace(0, seconds, 9), generator.uniform(100, 250, 9))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    sound = sum(np.sin(k * phase) / k for k in range(1, 20)) * np.maximum(0, np.sin(2 * np.pi * 3 * time))
    return (0.1 * sound).astype(np.float32)


def tone(hz: float, seconds: float = 2.0, rate: int = RATE) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate).astype(np.float32)


def loudest(samples: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))).argmax() * RATE / len(samples))


def band_db(samples: np.ndarray, low: float, high: float) -> float:
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(10 * np.log10(power[(hz >= low) & (hz < high)].sum()))


# Noise


@pytest.mark.parametrize("kind", ["white", "pink", "babble"])
@pytest.mark.parametrize("snr", [-5, 0, 10, 30])
def test_noise_comes_at_the_ratio_asked_for(kind: str, snr: float) -> None:
    speech = np.concatenate([voice(), np.zeros(32000, np.float32)])  # a pause does not count
    noisy = degraded(speech, RATE, draws(), f"{kind}:{snr}", voices=[voice(n) for n in range(2, 9)])
    noise = (noisy - speech).astype(np.float64)
    achieved = active_level(speech, RATE).db - levels(noise.astype(np.float32)).rms_db
    assert achieved == pytest.approx(snr, abs=0.02)
    assert abs(np.corrcoef(noise, speech)[0, 1]) < 0.25


def test_pink_noise_has_as_much_in_every_octave_and_white_twice_as_much() -> None:
    for noise, step in ((pink_noise(1 << 18, RATE, draws()), 0.0), (white_noise(1 << 18, draws()), 3.01)):
        octaves = [band_db(noise, hz, 2 * hz) for hz in (62.5, 125, 250, 500, 1000, 2000, 4000)]
        assert np.diff(octaves) == pytest.approx([step] * 6, abs=0.5)
        assert np.mean(noise**2) == pytest.approx(1, rel=0.02)
    assert band_db(pink_noise(1 << 16, RATE, draws()), 0, 15) < band_db(pink_noise(1 << 16, RATE, draws()), 20, 40) - 25
    assert coloured_noise(0, RATE, draws(), slope_db=0).shape == (0,)


def test_babble_is_several_voices_equally_loud() -> None:
    voices = [voice(n) * np.float32(10.0 ** -(n % 3)) for n in range(4)]
    mixed = babble(48000, RATE, draws(), voices, talkers=4)
    assert mixed.shape == (48000,) and np.mean(mixed**2) == pytest.approx(1, rel=1e-3)
    assert active_level(mixed, RATE).activity > active_level(voices[0], RATE).activity
    with pytest.raises(InputError, match="at least one clip"):
        babble(100, RATE, draws(), [np.zeros(100, np.float32)])


@given(st.integers(1, 500), st.integers(1, 2000))
def test_looped_noise_is_as_long_as_asked_and_made_of_it(have: int, want: int) -> None:
    noise = np.arange(1, have + 1, dtype=np.float32)
    found = looped(noise, want, draws(have))
    assert len(found) == want
    assert (((np.diff(found) - 1) % have) == 0).all()  # one after the other, from the start again at the end


def test_silence_gets_no_noise_and_lengths_have_to_agree() -> None:
    nothing = np.zeros(1600, np.float32)
    assert not with_noise(nothing, RATE, white_noise(1600, draws()), snr_db=0).any()
    np.testing.assert_array_equal(with_noise(voice(), RATE, np.zeros(32000, np.float32), snr_db=0), voice())
    with pytest.raises(InputError, match="looped"):
        with_noise(nothing, RATE, nothing[:5], snr_db=0)


# Rooms


@pytest.mark.parametrize("rt60", [0.2, 0.4, 0.8])
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_a_room_reverberates_as_long_as_it_should(rt60: float, seed: int | None) -> None:
    room = Room(rt60=rt60) if seed is None else drawn_room(draws(seed), rt60=rt60)
    response = room_response(room, RATE, generator=None if seed is None else draws(seed))
    assert reverberation_time(response, RATE) == pytest.approx(rt60, rel=0.1)


def test_echoes_come_when_and_as_strong_as_the_images_say() -> None:
    # One image at a time, written out: a source 1 m from a wall, the microphone 2 m from the same wall.
    room = Room((50.0, 40.0, 30.0), (1.0, 20.0, 15.0), (2.0, 20.0, 15.0), rt60=4.0)
    response = room_response(room, 48000).astype(np.float64)
    direct, image = 1.0 / 343 * 48000, 3.0 / 343 * 48000
    assert int(response.argmax()) == round(direct)
    near = slice(round(image) - 5, round(image) + 6)
    assert round(image) - 5 + int(response[near].argmax()) == round(image)

    def area(at: float) -> float:  # of the pulse an echo is heard as
        return float(response[round(at) - 40 : round(at) + 41].sum())

    assert area(direct) == pytest.approx(1.0, rel=0.1)
    assert 0.2 < area(image) < 1 / 3  # 1/3 weak by distance, times the reflection
    assert abs(response[round(image) + 60 : round(19.0 / 343 * 48000)]).max() < 0.02  # then nothing until the next wall


def test_without_walls_there_is_the_direct_sound_alone() -> None:
    response = room_response(Room(rt60=0), RATE)
    assert int(response.argmax()) == pytest.approx(Room().distance / 343 * RATE, abs=0.6)
    assert float(response.sum()) == pytest.approx(1 / Room().distance, rel=0.02)
    assert reverberation_time(response, RATE) < 0.02


def test_decaying_noise_is_the_quick_room() -> None:
    for rt60 in (0.2, 0.6):
        response = noise_response(RATE, draws(), rt60=rt60)
        assert reverberation_time(response[1:], RATE) == pytest.approx(rt60, rel=0.1)
        assert 10 * np.log10(response[0] ** 2 / np.sum(response[1:] ** 2)) == pytest.approx(0, abs=0.01)
    dry = noise_response(RATE, draws(), rt60=0.5, direct_db=12)
    assert 10 * np.log10(dry[0] ** 2 / np.sum(dry[1:] ** 2)) == pytest.approx(12, abs=0.01)
    with pytest.raises(InputError, match="rt60"):
        noise_response(RATE, draws(), rt60=0)


def test_reverberation_keeps_time_level_and_length() -> None:
    click = np.zeros(16000, np.float32)
    click[4000] = 1
    wet = reverberated(click, room_response(Room(), RATE))
    assert len(wet) == 16000 and wet.argmax() == 4000 and np.sum(wet**2) == pytest.approx(1, rel=1e-3)
    assert not reverberated(np.zeros(100, np.float32), room_response(Room(), RATE)).any()


def test_farther_is_weaker_more_reverberant_and_duller() -> None:
    def heard(metres: float) -> np.ndarray:
        return at_distance(white_noise(32000, draws(9)), RATE, draws(3), metres=metres, rt60=0.3)

    near, far = heard(0.5), heard(8)
    assert levels(near).rms_db > levels(far).rms_db + 6
    tilt = [band_db(one, 4000, 7900) - band_db(one, 200, 1000) for one in (near, far)]
    assert tilt[1] < tilt[0] - 3
    with pytest.raises(InputError, match="30 metres"):
        at_distance(near, RATE, draws(), metres=100)
    with pytest.raises(InputError, match="outside a room"):
        Room((2, 2, 2))


def test_air_absorbs_what_the_standard_tables() -> None:
    # ISO 9613-1, table 1: decibels per kilometre at 20 °C and 70 % and at 10 °C and 70 %.
    hz = np.array([250.0, 500, 1000, 2000, 4000, 8000])
    at_20 = 1000 * air_absorption(hz, celsius=20, humidity=70)
    assert at_20 == pytest.approx([1.1, 2.8, 5.0, 9.0, 22.9, 76.6], rel=0.05)
    at_10 = 1000 * air_absorption(hz, celsius=10, humidity=70)
    assert at_10 == pytest.approx([1.0, 1.9, 3.7, 9.7, 32.8, 117.0], rel=0.05)


# Level, clipping, speed, pitch


@given(st.floats(-60, -5))
@settings(max_examples=15)
def test_the_level_is_the_level(db: float) -> None:
    assert active_level(at_level(voice(), RATE, db=db), RATE).db == pytest.approx(db, abs=0.01)


@pytest.mark.parametrize("over", [0, 3, 10, 30])
def test_clipping_cuts_peaks_and_nothing_else(over: float) -> None:
    speech = voice()
    worse = clipped(speech, over_db=over)
    limit = np.abs(speech).max() * 10 ** (-over / 20)
    assert np.abs(worse).max() == pytest.approx(limit, rel=1e-5)
    np.testing.assert_array_equal(worse[np.abs(speech) < limit], speech[np.abs(speech) < limit])
    assert (levels(worse).clipped > 0) == (over > 0)


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_speed_changes_length_and_pitch_and_tempo_length_alone(factor: float) -> None:
    faster, quicker = at_speed(tone(220), factor=factor), at_tempo(tone(220), RATE, factor=factor)
    assert len(faster) == pytest.approx(32000 / factor, abs=1) and len(quicker) == round(32000 / factor)
    assert loudest(faster[2000:-2000]) == pytest.approx(220 * factor, abs=1)
    assert loudest(quicker[2000:-2000]) == pytest.approx(220, abs=1)


@pytest.mark.parametrize("semitones", [-3, 0, 2])
def test_pitch_moves_and_length_stays(semitones: float) -> None:
    higher = at_pitch(tone(220), RATE, semitones=semitones)
    assert len(higher) == 32000
    assert loudest(higher[2000:-2000]) == pytest.approx(220 * 2 ** (semitones / 12), abs=1.5)
    with pytest.raises(InputError, match=r"0\.1 to 10"):
        at_pitch(higher, RATE, semitones=100)


# Codecs and lines


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_codecs_keep_time_and_most_of_speech(codec: str, rate: int) -> None:
    speech = voice(rate=rate)
    heard = through_codec(speech, rate, codec)
    assert len(heard) == len(speech) and heard.dtype == np.float32
    low = [telephone_band(one, rate) for one in (speech, heard)]
    assert np.corrcoef(*low)[0, 1] > 0.9
    assert not np.array_equal(heard, speech)


def test_mu_law_is_the_formula_of_g711() -> None:
    given = np.linspace(-0.9, 0.9, 8000).astype(np.float32)
    heard = through_codec(given, 8000, "mu-law")
    # G.711: 8 bits of ln(1 + 255 x) / ln 256, so steps grow with the level; error at most half of one.
    step = np.log(256) / 255 * (1 / 255 + np.abs(given)) * 2
    assert (np.abs(heard - given) <= step).all()
    assert len(np.unique(heard)) <= 256
    assert (np.abs(heard - given)[np.abs(given) > 0.5].max()) > 0.005


def test_more_squeeze_is_more_change_and_loud_sound_is_not_wrapped() -> None:
    speech = voice()
    errors = [float(np.mean((through_codec(speech, RATE, "mp3", squeeze=s) - speech) ** 2)) for s in (0.0, 0.9)]
    assert errors[1] > 2 * errors[0]
    assert np.corrcoef(through_codec(speech * 100, RATE, "a-law"), through_codec(speech, RATE, "a-law"))[0, 1] > 0.99
    with pytest.raises(UnknownNameError, match="'opus'"):
        through_codec(speech, RATE, "opsu")
    with pytest.raises(InputError, match="squeeze"):
        through_codec(speech, RATE, "opus", squeeze=2)
    assert through_codec(speech[:0], RATE, "opus").shape == (0,)
    assert not through_codec(np.zeros(800, np.float32), RATE, "opus").any()


def test_the_telephone_takes_low_and_high() -> None:
    noise = white_noise(32000, draws())
    thin = telephone_band(noise, RATE)
    assert band_db(thin, 500, 3000) == pytest.approx(band_db(noise, 500, 3000), abs=0.2)
    for low, high in ((20, 140), (5000, 7900)):
        assert band_db(thin, low, high) < band_db(noise, low, high) - 20


@pytest.mark.parametrize(("share", "burst"), [(0.05, 1.0), (0.2, 2.0), (0.4, 5.0)])
def test_as_many_packets_are_lost_in_as_long_bursts(share: float, burst: float) -> None:
    whole = np.ones(320 * 20000, np.float32)
    heard = with_losses(whole, RATE, draws(), share=share, burst=burst, concealed="silence")
    lost = heard.reshape(-1, 320)[:, 0] == 0
    assert lost.mean() == pytest.approx(share, rel=0.1)
    runs = np.diff(np.flatnonzero(np.diff(np.r_[False, lost, False].astype(int))))[::2]
    assert runs.mean() == pytest.approx(burst, rel=0.1)
    assert set(np.unique(heard)) == {0.0, 1.0}
    again = with_losses(whole[:32000], RATE, draws(), share=share, burst=burst)
    assert set(np.log2(again[again > 0]).round(6).tolist()) <= {-float(n) for n in range(60)}  # halved each time
    with pytest.raises(InputError, match="share"):
        with_losses(whole, RATE, draws(), share=1.0)
    with pytest.raises(InputError, match="bursts"):
        with_losses(whole, RATE, draws(), share=0.9)


# All of them by name

VALUES = {"opus": 0.5, "vorbis": 0.5, "mp3": 0.5, "speed": 1.1, "tempo": 1.1, "distance": 2, "room": 0.3, "level": -30}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_is_the_same_from_the_same_draws(name: str) -> None:
    how = name if CHANGES[name].unit is None else f"{name}:{VALUES.get(name, 0.1)}"
    voices = [voice(n) for n in range(3)]
    one, two = (degraded(voice(), RATE, draws(4), how, voices=voices) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.dtype == np.float32 and np.isfinite(one).all() and one.ndim == 1
    if name not in ("speed", "tempo"):
        assert len(one) == 32000
        assert not degraded(np.zeros(8000, np.float32), RATE, draws(), how, voices=voices).any()
    assert np.isfinite(degraded(voice()[4000:4320], RATE, draws(), how, voices=voices)).all()  # 20 ms


def test_names_and_values_are_checked() -> None:
    for how, message in (
        ("rom:1", "Did you mean 'room'"),
        ("pink", "'pink:20'"),
        ("pink:200", "-20 to 60"),
        ("gsm:1", "no value"),
    ):
        with pytest.raises((InputError, UnknownNameError), match=message):
            degraded(voice(), RATE, draws(), how)


def test_augmentation_follows_its_plan() -> None:
    speech = voice(seconds=0.5)
    copies = [augmented(speech, RATE, draws(n), voices=[voice(2)]) for n in range(8)]
    np.testing.assert_array_equal(copies[3], augmented(speech, RATE, draws(3), voices=[voice(2)]))
    assert len({one.tobytes() for one in copies}) > 5 and all(np.isfinite(one).all() for one in copies)
    np.testing.assert_array_equal(augmented(speech, RATE, draws(), plan=()), speech)
    ratios = []
    for n in range(20):
        noisy = augmented(speech, RATE, draws(n), plan=[Chance("white", 1.0, 5, 15)])
        ratios.append(active_level(speech, RATE).db - levels(noisy - speech).rms_db)
    assert 5 <= min(ratios) < 8 and 12 < max(ratios) <= 15.01
    assert {chance.name for chance in AUGMENTATION} <= set(CHANGES)
    for name, _, low, high in AUGMENTATION:
        assert CHANGES[name].unit is None or CHANGES[name].low <= low <= high <= CHANGES[name].high
