"""One question each. A package only so that pages/sync.py is not taken for the room sync/."""
