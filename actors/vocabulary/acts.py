"""What people ask the body for beside the acts that it has (config.schema.acts)."""

WALK = "walk"
"""Coming, following and going somewhere: asked for often, and not possible yet."""
