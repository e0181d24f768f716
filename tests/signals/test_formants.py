"""Formants of vowels whose resonances are known."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_voice import RATE, pulses, voice

from affekt.errors import InputError
from affekt.signals.formants import formants, predictor

VOWELS = {
    "a": ((730, 80), (1090, 90), (2440, 120)),
    "i": ((300, 60), (2290, 100), (3010, 150)),
    "u": ((320, 60), (870, 80), (2240, 120)),
    "ae": ((660, 80), (1720, 100), (2410, 130)),
}


@pytest.mark.parametrize("f0", [90.0, 120.0])
@pytest.mark.parametrize("vowel", VOWELS)
def test_a_vowel_has_its_formants(vowel, f0):
    high = ((3500, 200), (4500, 250))
    samples = voice(*pulses(f0, 0.6, jitter=0.01), 0.6, formants=(*VOWELS[vowel], *high))
    found = np.nanmedian(formants(samples, window_s=0.040).frequency, axis=0)
    truth = np.array([frequency for frequency, _ in VOWELS[vowel]])
    # A resonance shows only where a harmonic lies: half a harmonic is as near as it gets.
    assert (np.abs(found - truth) <= np.maximum(0.04 * truth, f0 / 2)).all()


def test_a_wider_resonance_has_a_wider_bandwidth():
    def width(bandwidth):
        high = ((2500, 150), (3500, 200), (4500, 250))
        shape = ((700, bandwidth), (1500, 100), *high)
        return np.nanmedian(formants(voice(*pulses(100, 0.6), 0.6, formants=shape), window_s=0.040).bandwidth[:, 0])

    narrow, middle, wide = width(40), width(150), width(400)
    assert narrow < middle < wide
    assert narrow < 120 < wide


def test_a_sound_twice_as_loud_has_the_same_formants():
    samples = voice(*pulses(110, 0.4), 0.4)
    one, other = formants(samples), formants(0.5 * samples)
    np.testing.assert_allclose(one.frequency, other.frequency, rtol=1e-3)


def test_silence_has_no_formants():
    found = formants(np.zeros(RATE))
    assert found.frequency.shape == (99, 3)
    assert np.isnan(found.frequency).all()
    assert np.isnan(found.bandwidth).all()
    assert formants(np.zeros(3)).frequency.shape == (1, 3)


def test_formants_come_in_order_and_in_range():
    found = formants(np.random.default_rng(0).standard_normal(RATE)).frequency
    known = np.isfinite(found).all(axis=1)
    assert known.mean() > 0.9
    assert (np.diff(found[known], axis=1) > 0).all()
    assert found[known].min() >= 50
    assert found[known].max() <= 5500


def test_the_predictor_solves_the_normal_equations():
    generator = np.random.default_rng(1)
    signals = generator.standard_normal((5, 200))
    lags = np.array([[row[: 200 - lag] @ row[lag:] for lag in range(9)] for row in signals])
    for row, terms in zip(lags, predictor(lags.copy()), strict=True):
        matrix = row[np.abs(np.subtract.outer(np.arange(8), np.arange(8)))]
        np.testing.assert_allclose(terms[1:], -np.linalg.solve(matrix, row[1:]), atol=1e-6)


def test_bad_input_is_refused():
    with pytest.raises(InputError):
        formants(np.array([np.inf, 0.0]))
    with pytest.raises(InputError):
        formants(np.zeros(1000), order=1)
