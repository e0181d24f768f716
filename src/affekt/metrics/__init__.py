"""Pure NumPy metrics, a file per family; resampling, and significance, for any of them.

Every metric is a function ``metric(truth, prediction, *, options)``. It raises `InputError` where
the two differ in shape, are empty, or hold NaN; what it gives for degenerate input (a label nobody
has, a constant prediction) stands in its docstring.

Answers: `classification`, `single_label`, `multi_label`, `ordinal`, `regression`, `distribution`,
`open_vocabulary`. Trust: `calibration`, `selective`, `verification`, `fairness`, `agreement`.
Where and why: `timeline`, `diarization`, `spans`, `dialogue`, `modalities`. Words heard:
`transcripts`. Models that talk: `generation`, `judged`, `intensity`. How sure a score is: `resampling`.
"""
