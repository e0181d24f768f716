"""`text-multi`: six emotions in 27 languages from character n-grams."""
