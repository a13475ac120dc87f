"""All SQL of the live pages: feeds, items, searches and leases are kept here."""
