"""Survey statistics for callbacks: sizes of a sample, its design, estimates, weights, comparisons, quality of calls."""
