"""Table schemas, ingest, quarantine, the record store, the vault of pseudonyms."""
