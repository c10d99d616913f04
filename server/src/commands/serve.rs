//! `qilin serve`: pages and jobs until the program is told to stop.

use std::net::TcpListener;

use db::Db;
use merkle::SigningKey;

use crate::compose::{self, Parts};
use crate::config::{Site, Store};
use crate::signing;

/// Serves the installation.
pub fn run(store: &Store, site: &Site) -> Result<(), String> {
    let listener = listen(site)?;
    let db = compose::open(&store.target(super::FOLDER)?)?;
    let seal = signing::key(&db, &store.folder(super::FOLDER))?;
    serve(db, seal, site, listener, |_| {})
}

/// Takes the address, before anything else is done that takes time.
pub fn listen(site: &Site) -> Result<TcpListener, String> {
    let address = site.listen()?;
    let listener = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    listener.map_err(|error| {
        format!("{address} cannot be listened on: {error}. Choose another with --listen HOST:PORT.")
    })
}

/// Serves a database; `opened` is told the address once it listens.
pub fn serve(
    db: Db,
    seal: SigningKey,
    site: &Site,
    listener: TcpListener,
    opened: impl FnOnce(&str),
) -> Result<(), String> {
    if let Some(folder) = site.copy_to() {
        db.follow(&folder)
            .map_err(|error| format!("No copy can be kept in {}: {error}", folder.display()))?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("The program cannot start its threads: {error}"))?;
    let parts = Parts::of_site(db.clone(), seal, site)?;
    let setup_code = parts.setup_code.clone();
    let (app, router) = compose::router(parts)?;
    let carriers = compose::carriers(site.outward()?, &site.address())?;
    let mut runner = jobs::Runner::start(compose::worker(&app.config, carriers));
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        println!("科普麒麟 Qilin: http://{address}");
        if app.district().is_none() {
            println!("First start: open http://{address}/setup and type the code {setup_code}");
        }
        opened(&format!("http://{address}"));
        // Jobs end while the last requests do.
        let stop = async {
            asked_to_stop().await;
            runner.begin_to_stop();
        };
        web::serve::serve(listener, router, stop).await.map_err(|error| error.to_string())
    });
    runner.stop();
    db.close();
    served
}

/// Done when the terminal or the service manager asks.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
