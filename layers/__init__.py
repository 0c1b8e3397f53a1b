"""What the city keeps, how it looks, how it comes in and goes out."""
