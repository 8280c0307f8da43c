"""What pages share: access, the one cached load, filters in the URL, charts, tables, exports."""
