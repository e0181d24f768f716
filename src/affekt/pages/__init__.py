"""Tables and plots to one self-contained HTML file: no scripts from elsewhere, no network."""
