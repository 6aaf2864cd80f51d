"""First storey, ingest: files of any vendor -> activities, each input read once and counted once."""
