"""The dock on the right: charge reference, region, components and fit."""
