"""meralion-ser: one body, a head of categories and one of ratings, learned together. A network to train."""
