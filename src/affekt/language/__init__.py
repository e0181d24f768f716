"""Clients of language models: chat endpoints, prompts, structured answers, what asking costs.

`chat` says what a chat model is; `client` is one behind an OpenAI-compatible endpoint (`wire`: what is sent, `cache`:
what is kept), `echo` two that need none. `prompts` and `best_worst` ask, `answers` parses strictly, `asking` puts many
prompts to a model, `tally` and `usage` count requests, tokens and money.
"""
