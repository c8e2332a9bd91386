"""The things the domain speaks of: frozen, validated."""
