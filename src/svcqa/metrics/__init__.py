"""The plugin contract, result types, registry."""
