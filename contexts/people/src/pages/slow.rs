//! Hashing passwords beside the server's threads, two at a time: each takes 19 MiB and a core.

use kernel::Refusal;
use tokio::sync::Semaphore;

/// How many at a time.
static PLACES: Semaphore = Semaphore::const_new(2);

/// Does slow work without holding up other requests.
///
/// # Errors
/// What the work refuses; `Broken` when it panicked.
pub async fn slow<T, F>(work: F) -> Result<T, Refusal>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Refusal> + Send + 'static,
{
    let _place = PLACES.acquire().await.map_err(|closed| Refusal::Broken(closed.into()))?;
    tokio::task::spawn_blocking(work).await.map_err(|lost| Refusal::Broken(lost.into()))?
}
