"""Sound: files, loudness and spectrograms."""
