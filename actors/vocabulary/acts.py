"""What people ask the body for beside the acts that it has (config.schema.acts)."""

WALK = "walk"
"""Walking about without a goal, and to a place that no word tells: asked for often, and not possible."""
