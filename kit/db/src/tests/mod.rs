//! The promises of the layer, each as a test.

mod sqlite;
