//! The HTTP server around an [`App`].

use std::{net::SocketAddr, sync::Arc};

use actix_web::{App as ActixApp, HttpServer, dev::ServerHandle, middleware, web};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::{
    app::App,
    error::{Error, Result},
    ops,
    pages::{self, Pages},
};

/// A server that listens and has not been awaited yet.
pub struct Listening {
    pub server: actix_web::dev::Server,
    pub handle: ServerHandle,
    /// Where it listens: the free port when port 0 was asked for.
    pub address: SocketAddr,
}

/// Binds the configured address.
///
/// # Errors
/// When the address cannot be bound.
pub fn listen(app: App) -> Result<Listening> {
    let mut api = app.api();
    ops::register(&mut api, recorder()?);
    let api = Arc::new(api);
    let (data, config) = (web::Data::new(app.clone()), app.config.clone());
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let files = web::Data::new(Pages::open(&app)?);
    let server = HttpServer::new(move || {
        let (data, api, files) = (data.clone(), Arc::clone(&api), files.clone());
        ActixApp::new()
            .app_data(data)
            .app_data(web::Data::from(Arc::clone(&api)))
            .app_data(files)
            .wrap(middleware::from_fn(trace))
            .wrap(middleware::Compress::default())
            .configure(|config| api.configure(config))
            .default_service(web::to(pages::serve))
    });
    // Streams would hold up the stopping until they are cut off.
    let (index, stop) = (Arc::clone(&app.index), told_to_stop()?);
    actix_web::rt::spawn(async move {
        stop.await;
        index.watchers().close();
    });
    let workers = if config.workers == 0 { num_cores() } else { config.workers };
    // A page that is closed closes its stream: without this it would be noticed at the next beat only.
    let server = server.workers(workers).shutdown_timeout(10).h1_allow_half_closed(false).bind(config.listen);
    let server = server.map_err(|error| Error::internal(format!("{}: {error}", config.listen)))?;
    let address = server.addrs().first().copied().unwrap_or(config.listen);
    let server = server.run();
    Ok(Listening { handle: server.handle(), server, address })
}

/// The signal to stop: Ctrl-C, or the one that service managers send. It is listened for from now on, within a runtime;
/// what is given waits for it.
///
/// # Errors
/// When the system does not let us listen for it.
pub fn told_to_stop() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
        }
    })
}

fn num_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// One recorder per process, however many servers a test starts.
fn recorder() -> Result<PrometheusHandle> {
    use std::sync::OnceLock;
    static RECORDER: OnceLock<std::result::Result<PrometheusHandle, String>> = OnceLock::new();
    let handle =
        RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().map_err(|error| error.to_string()));
    handle.clone().map_err(Error::Internal)
}

/// Logs method, path and status; never a query, because it may hold where a family lives.
async fn trace(
    request: actix_web::dev::ServiceRequest,
    next: middleware::Next<impl actix_web::body::MessageBody>,
) -> std::result::Result<actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    let (method, path, started) = (request.method().clone(), request.path().to_owned(), std::time::Instant::now());
    let response = next.call(request).await?;
    let ms = started.elapsed().as_millis();
    tracing::debug!(%method, path, status = response.status().as_u16(), ms, "answered");
    Ok(response)
}
