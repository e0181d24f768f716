"""Pure NumPy metrics, a file per family: classification, regression, calibration; and resampling.

Every metric is a function ``metric(truth, prediction, *, options)``. It raises `InputError` where
the two differ in shape, are empty, or hold NaN; what it gives for degenerate input (a label nobody
has, a constant prediction) stands in its docstring.
"""
