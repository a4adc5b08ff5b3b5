"""Which of several forms of a widget works better. assignment, sequential, planner, analysis, bandit and simulation are
numpy and scipy only; the others bring them to members, visitors and staff."""
