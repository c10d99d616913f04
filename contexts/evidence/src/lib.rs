//! Deliveries, the facts they leave, and the numbers that count them.
