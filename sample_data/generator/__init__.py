"""Makes the records of a gas company that does not exist, with effects and entry errors planted on purpose.

Nothing here imports svcqa: what ``truth.json`` counts must not come from the code that it is there to test.
"""
