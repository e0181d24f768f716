"""People's judgements: every vote kept, and the views, agreements and rater models drawn from them."""
