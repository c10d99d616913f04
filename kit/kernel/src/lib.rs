//! Values that every part shares: ids, time, groups, actors, refusals.
