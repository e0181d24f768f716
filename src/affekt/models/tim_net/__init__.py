"""tim-net: dilated causal blocks from either end of the clip, all time scales fused. A network to train."""
