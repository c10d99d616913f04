//! Small areas: borrowing strength where a district's own sample is too thin.
//!
//! Area-level (Fay-Herriot, also with spatial and temporal correlation or on the arcsine scale), unit-level
//! (Battese-Harter-Fuller) and binary models, their mean squared errors, benchmarking to a total that is
//! published elsewhere, and [`diagnose`], which says when a figure should not be published.

mod arcsine;
mod benchmark;
mod binary;
mod diagnostics;
mod fay_herriot;
mod spatial;
mod spatiotemporal;
mod unit_level;

pub use arcsine::{ArcsineFit, fay_herriot_arcsine};
pub use benchmark::{Benchmark, benchmark};
pub use binary::{BinaryFit, binary_unit_level};
pub use diagnostics::{Finding, diagnose};
pub use fay_herriot::{FayHerriot, Method, Options, fay_herriot};
pub use spatial::{SpatialFit, spatial_fay_herriot};
pub use spatiotemporal::{SpatioTemporalFit, spatiotemporal_fay_herriot};
pub use unit_level::{UnitLevelFit, bootstrap_mse, unit_level};
