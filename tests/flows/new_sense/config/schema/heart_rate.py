"""`heart_rate`: the sense of the heart."""

from config.schema.section import Section, setting


class HeartRateSettings(Section, key="heart_rate", about="The sense of the heart."):
    """What is made of the beats."""

    excited_above: int = setting(
        100,
        "Beats from which on somebody is excited.",
        unit="per minute",
        restarts=("heart",),
        ge=20,
        le=255,
    )
