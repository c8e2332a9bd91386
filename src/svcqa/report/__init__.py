"""Tables, charts as data, forms, HTML: what people see of a review."""
