"""A feature in space and time: geometry, CRS, status, history. The only room that speaks SQL."""
