"""Working calendars and elapsed working time."""
