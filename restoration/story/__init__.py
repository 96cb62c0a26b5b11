"""One car's way through the house, told while it happens on the running services."""
