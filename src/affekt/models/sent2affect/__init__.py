"""sent2affect: a Bi-LSTM that learns sentiment first. A network to train; no weights ship."""
