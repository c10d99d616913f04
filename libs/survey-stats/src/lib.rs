//! Design-based survey statistics, small areas and item response.
