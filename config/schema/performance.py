"""`performance`: limits that trade speed for memory and money."""

from config.schema.section import Section, setting


class Performance(Section, key="performance", about="Limits and caches.", place=90):
    """Limits that trade speed for memory and money."""

    max_concurrent_requests: int = setting(3, "Requests to the language model at a time.", ge=1, le=64)
    cache_ttl: float = setting(
        300.0,
        "How long a state that was read stays in the cache; 0 for no cache.",
        unit="s",
        ge=0.0,
        le=86400.0,
    )
    cleanup_interval: float = setting(60.0, "How often the cache is swept.", unit="s", ge=1.0, le=86400.0)
