"""A folder per published or shipped model: its card, its network, its weights."""
