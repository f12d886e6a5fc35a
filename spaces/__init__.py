"""The library: people, spaces, definitions, kits and files."""
