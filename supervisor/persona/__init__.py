"""How well Gerald talks: everyday sentences, and rules for what is a fit answer."""
