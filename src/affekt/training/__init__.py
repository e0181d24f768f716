"""Losses, heads, personalisation, batches, checkpoints, calibration, thresholds, export, the estimator."""
