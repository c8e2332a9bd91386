"""Ratings: their mean, from records or from waves of callbacks."""
