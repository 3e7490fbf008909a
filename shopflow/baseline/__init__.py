"""How fast the hottest queries are and how much room the tables take, measured on a full shop."""
