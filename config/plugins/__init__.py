"""Which plugins are installed, and what they bring, by what is written of them: none of their code is imported here."""
