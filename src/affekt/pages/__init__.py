"""Tables and plots to one self-contained HTML file: no scripts, nothing from elsewhere, no network.

`affekt.pages.page` says what a page is made of and writes it; `affekt.pages.plots` draws.
"""
