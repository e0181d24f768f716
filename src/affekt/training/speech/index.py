"""Every method of speech, by the name it has in the list of systems; opened when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from affekt.errors import unknown_name
from affekt.training.speech.lesson import Lesson, Taught

METHODS: Mapping[str, str] = {
    "ctc-rnn-ser": "affekt.training.speech.ctc_rnn_ser:teach",
    "dawn-transformer-ser": "affekt.training.speech.dawn_transformer_ser:teach",
    "emoq": "affekt.training.speech.emoq:teach_speech",
    "emotion2vec": "affekt.training.speech.emotion2vec:teach",
    "exhubert": "affekt.training.speech.exhubert:teach",
    "functionals-svm": "affekt.training.speech.functionals_svm:teach",
    "functionals-svm-normalised": "affekt.training.speech.functionals_svm:teach_normalised",
    "gst-speaker-emotion": "affekt.training.speech.gst_speaker_emotion:teach",
    "is2025-graph-prosody": "affekt.training.speech.graph_prosody:teach_speech",
    "log-mel-cnn": "affekt.training.speech.log_mel_cnn:teach",
    "log-mel-cnn-normalised": "affekt.training.speech.log_mel_cnn:teach_normalised",
    "mdat-cross-language": "affekt.training.speech.mdat:teach_speech",
    "meralion-ser": "affekt.training.speech.meralion_ser:teach",
    "multiview-contrastive-ser": "affekt.training.speech.multiview_contrastive_ser:teach_all",
    "neural-factor-analysis": "affekt.training.speech.neural_factor_analysis:teach",
    "ravdess-feature-study": "affekt.training.speech.ravdess_feature_study:teach",
    "speaker-normalization": "affekt.training.speech.speaker_normalization:teach",
    "speech": "affekt.training.speech.shipped:teach",
    "speech-ensemble": "affekt.training.speech.shipped:teach_ensemble",
    "speech-nano": "affekt.training.speech.shipped:teach_nano",
    "ssl-ser-upstream": "affekt.training.speech.ssl_ser_upstream:teach",
    "tim-net": "affekt.training.speech.tim_net:teach",
    "wav2small": "affekt.training.speech.wav2small:teach",
    "wav2vec2-ptapt": "affekt.training.speech.wav2vec2_ptapt:teach",
    "wavlm-adaptation": "affekt.training.speech.wavlm_adaptation:teach",
}


def find_method(name: str) -> Callable[[Lesson], Taught]:
    """Return the function that teaches a method. Raises `UnknownNameError`, which offers the nearest name.

    >>> find_method("functionals-swm")
    Traceback (most recent call last):
    affekt.errors.UnknownNameError: Unknown method of speech 'functionals-swm'. Did you mean 'functionals-svm'? ...
    """
    if name not in METHODS:
        raise unknown_name("method of speech", name, tuple(METHODS), "affekt evaluate --suite ser")
    module, _, function = METHODS[name].partition(":")
    found: Callable[[Lesson], Taught] = getattr(import_module(module), function)
    return found
