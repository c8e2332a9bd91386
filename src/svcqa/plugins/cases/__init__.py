"""What metrics on cases share: the clock of a commitment, its times, one case explained."""
