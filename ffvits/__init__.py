"""ffvits: from a folder of raw recordings of a character to a voice that speaks any Chinese text."""
