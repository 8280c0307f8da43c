"""The rules: frames, settings and a date in; one verdict per required deliverable out. No clock, no I/O."""
