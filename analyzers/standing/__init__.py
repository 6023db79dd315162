"""The parts of a status: goals, what the findings come to, what to do with it all. Pure functions of a report."""
