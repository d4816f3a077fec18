"""Who gets in: hosts, links, sessions, tokens of a form, and what a browser may do with a page."""
