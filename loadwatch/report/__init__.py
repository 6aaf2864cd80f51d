"""Analysis -> terminal, JSON, CSV, Markdown, HTML; one room an output, each a str."""
