"""Where work runs: in line, or in processes."""
