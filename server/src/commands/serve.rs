//! `qilin serve`: pages and jobs until the program is told to stop.

use db::Db;
use tokio::net::TcpListener;

use crate::compose::{self, Parts};
use crate::config::{Site, Store};

/// Serves the installation.
pub fn run(store: &Store, site: &Site) -> Result<(), String> {
    let db = compose::open(&store.target(super::FOLDER)?)?;
    serve(db, site, |_| {})
}

/// Serves a database; `opened` is told the address once it listens.
pub fn serve(db: Db, site: &Site, opened: impl FnOnce(&str)) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("The program cannot start its threads: {error}"))?;
    let listen = site.listen()?;
    let parts = Parts::of_site(db.clone(), site)?;
    let setup_code = parts.setup_code.clone();
    let (app, router) = compose::router(parts)?;
    let mut runner = jobs::Runner::start(
        db.clone(),
        compose::job_modules(),
        app.config.clock.clone(),
        app.config.rng.clone(),
    );
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            format!("{listen} cannot be listened on: {error}. Choose another with --listen HOST:PORT.")
        })?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        println!("科普麒麟 Qilin: http://{address}");
        if app.district().is_none() {
            println!("First start: open http://{address}/setup and type the code {setup_code}");
        }
        opened(&format!("http://{address}"));
        web::serve::serve(listener, router, asked_to_stop()).await.map_err(|error| error.to_string())
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
