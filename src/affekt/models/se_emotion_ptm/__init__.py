"""An encoder whose attention is biased towards words with a polarity, for texts of software engineers."""
