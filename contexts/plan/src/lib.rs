//! The official plan: document, measures, duties, targets, annual plans and the board.
