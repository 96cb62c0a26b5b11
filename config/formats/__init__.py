"""How the desk's lists write days and instants: as every other page does."""
