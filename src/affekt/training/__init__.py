"""Losses, batches, checkpoints, calibration, thresholds, export, the estimator."""
