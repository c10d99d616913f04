//! Work that takes long enough to hold other people's pages up.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// Does work that keeps a core busy for a moment, a table read or written, while the runtime's other
/// threads go on with what waited behind it.
pub(crate) fn aside<T>(work: impl FnOnce() -> T) -> T {
    // A runtime of one thread, as in some tests, has nobody to go on.
    let many = Handle::try_current().is_ok_and(|of| of.runtime_flavor() == RuntimeFlavor::MultiThread);
    if many { block_in_place(work) } else { work() }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::aside;

    #[test]
    fn others_are_served_while_a_table_is_read() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (served, is_served) = mpsc::channel();
        let reads = runtime.spawn(async move {
            let other = tokio::spawn(async move { served.send(()).unwrap() });
            // The only thread of the runtime waits here until somebody else was served.
            aside(move || is_served.recv().unwrap());
            other.await.unwrap();
        });
        runtime.block_on(reads).unwrap();
        assert_eq!(aside(|| 3), 3);
    }
}
