"""Benchmarks: ratios against a floor measured in the same run. `python -m bench` lists them."""
