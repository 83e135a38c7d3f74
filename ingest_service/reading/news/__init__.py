"""The formats of news agencies and publishers, one module each, and what they have in common. Pure."""
