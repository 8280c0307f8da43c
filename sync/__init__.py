"""The scheduled job: Airtable in, mirror out, and the mirror as pandas frames."""
