"""Arrays in, arrays out: the statistics, each against its source."""
