"""wavlm-adaptation: any speech encoder, fine-tuned by a policy, with the speaker's sex and what is said."""
