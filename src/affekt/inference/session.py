"""ONNX Runtime sessions, opened one way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from affekt.errors import InputError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


def open_session(path: Path, *, threads: int | None = None, device: str = "cpu") -> InferenceSession:
    """Return a session for the ONNX file at `path`.

    `threads` is how many cores one call may use (None: all). Raises `InputError` for a device that
    is unknown or that this installation of ONNX Runtime cannot use, and for missing weights.
    """
    import onnxruntime

    if not path.exists():
        raise InputError(f"The weights {path} are missing. Install affekt again: they come with it.")
    if device not in _PROVIDERS:
        raise InputError(f"Unknown device {device!r}; known are {', '.join(_PROVIDERS)}.")
    provider = _PROVIDERS[device]
    if provider not in onnxruntime.get_available_providers():
        raise InputError(
            f"This ONNX Runtime cannot use {device!r}. Install the build that can: pip install onnxruntime-gpu"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=[provider])


def runtime_errors() -> tuple[type[Exception], ...]:
    """Return what ONNX Runtime raises where a file is none of its own: bare subclasses of Exception."""
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile", "NotImplemented")
    return (*(getattr(errors, name) for name in names), errors.RuntimeException)
