"""What a model may ask for beyond its own words: a calculation, a look into a source."""
