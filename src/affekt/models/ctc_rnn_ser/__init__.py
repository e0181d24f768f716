"""ctc-rnn-ser: a recurrent network that says where in an utterance the emotion is. A network to train."""
