"""The tabs below the plot, and the quantification."""
