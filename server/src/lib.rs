//! Composition: configuration, router, jobs and the command line.
