"""Waves of callbacks: who can be called, how many are drawn, what a wave's document says."""
