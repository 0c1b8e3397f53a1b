"""`make bench`: what the store and the API cost beside the same query in raw SQL, on synthetic data that says so."""
