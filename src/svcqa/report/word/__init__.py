"""Documents for Word: the summary of a review, responsibility letters."""
