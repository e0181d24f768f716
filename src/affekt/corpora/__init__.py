"""Corpora: a file per corpus with its card and its reader; finding, downloading and splitting them.

Nothing is loaded here: import `affekt.corpora.index` for the cards, `affekt.corpora.read` to read.
"""
