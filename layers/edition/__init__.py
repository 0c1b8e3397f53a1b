"""A copy of the map that needs no server: one HTML file with the city inside."""
