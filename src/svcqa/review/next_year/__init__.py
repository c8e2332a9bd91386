"""Next year's targets: what is proposed, how it is shared out, what if, and the plan that is chosen."""
