//! Telling open pages that places have changed: server-sent events.
//!
//! A stream names the nurseries that it is about and hears only which of them changed, never what: the page asks again,
//! as it would anyway, so there is one way in which places are told. Nothing in it is about a family.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ContentEncoding},
    web::{self, Bytes},
};
use doorstep_shared::{Method, Problem, ProblemKind, ids::NurseryId, nurseries::CHANGES};
use futures::Stream;
use serde::Deserialize;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until, timeout_at},
};

use crate::{
    api::{Api, problem_response},
    app::App,
    auth,
    error::{Error, Result},
};

/// Nurseries of one stream at most: what a page of Find shows, with room.
const NURSERIES: usize = 60;
/// Streams of one address at most: a nursery's parents may all come through one.
const PER_ADDRESS: usize = 500;
/// Changes that a slow stream may be behind; more, and it is told to look again.
const BEHIND: usize = 256;
/// Changes within this time are told in one event.
const GATHER: Duration = Duration::from_millis(250);
/// Something is sent at least so often, so that both ends notice when the other has gone.
const BEAT: Duration = Duration::from_secs(20);
/// A stream ends after this; the page opens another.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

type Changed = Arc<[NurseryId]>;

/// Who listens, and how they are told. One per process.
pub struct Watchers {
    /// None once the server is stopping.
    sender: Mutex<Option<broadcast::Sender<Changed>>>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Default for Watchers {
    fn default() -> Self {
        Self { sender: Mutex::new(Some(broadcast::channel(BEHIND).0)), open: Mutex::default() }
    }
}

impl Watchers {
    /// Whether anybody listens: bookings need not find out what they have changed for nobody.
    pub fn is_watched(&self) -> bool {
        self.sender().as_ref().is_some_and(|sender| sender.receiver_count() > 0)
    }

    /// Tells who listens.
    pub fn tell(&self, changed: HashSet<NurseryId>) {
        if let Some(sender) = self.sender().as_ref().filter(|_| !changed.is_empty()) {
            // The last listener may just have gone.
            let _ = sender.send(changed.into_iter().collect());
        }
    }

    fn sender(&self) -> MutexGuard<'_, Option<broadcast::Sender<Changed>>> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every stream: the server stops.
    pub fn close(&self) {
        *self.sender() = None;
    }

    /// A place among the streams, until it is dropped.
    fn enter(self: &Arc<Self>, address: IpAddr, most: usize) -> Result<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().sum::<usize>() >= most {
            return Err(Error::unavailable("too many pages are watching"));
        }
        let here = open.entry(address).or_default();
        if *here >= PER_ADDRESS {
            return Err(Problem::new(ProblemKind::TooManyRequests).retry_after_s(60).into());
        }
        *here += 1;
        metrics::gauge!("doorstep_streams").increment(1);
        Ok(Place { watchers: Arc::clone(self), address })
    }

    fn listen(&self) -> Result<broadcast::Receiver<Changed>> {
        let receiver = self.sender().as_ref().map(broadcast::Sender::subscribe);
        receiver.ok_or_else(|| Error::unavailable("the server is stopping"))
    }
}

/// Counts one stream.
struct Place {
    watchers: Arc<Watchers>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.watchers.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = open.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                open.remove(&self.address);
            }
        }
        metrics::gauge!("doorstep_streams").decrement(1);
    }
}

pub fn register(api: &mut Api) {
    let summary = "Server-sent events: `places` with the ids (`id`, repeatable, at most 60) whose free places changed.";
    api.raw(Method::Get, CHANGES, "anyone", summary, |config| {
        config.route(CHANGES, web::get().to(answer));
    });
}

async fn answer(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    match open(&app, &request) {
        Ok(events) => HttpResponse::Ok()
            .content_type("text/event-stream")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            // A proxy that gathers answers would keep the events to itself; so would compression.
            .insert_header(("x-accel-buffering", "no"))
            .insert_header(ContentEncoding::Identity)
            .streaming(events),
        Err(error) => problem_response(&error.into_problem()),
    }
}

fn open(
    app: &App,
    request: &HttpRequest,
) -> Result<impl Stream<Item = Result<Bytes, std::convert::Infallible>> + use<>> {
    let wanted = ids(request.query_string())?;
    let watchers = app.index.watchers();
    let place = watchers.enter(auth::address(app, request), app.config.streams)?;
    let told = watchers.listen()?;
    let stream = Watching { wanted, told, ends: Instant::now() + LIFETIME, greeted: false, _place: place };
    Ok(futures::stream::unfold(stream, Watching::next))
}

/// # Errors
/// `malformed` without ids, with more than can be watched, or with anything else.
fn ids(query: &str) -> Result<HashSet<NurseryId>, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Query {
        id: Vec<NurseryId>,
    }
    let malformed = |detail: String| Problem::new(ProblemKind::Malformed).detail(detail);
    let query: Query = serde_html_form::from_str(query).map_err(|error| malformed(error.to_string()))?;
    if query.id.is_empty() || query.id.len() > NURSERIES {
        return Err(malformed(format!("1 to {NURSERIES} ids are watched")));
    }
    Ok(query.id.into_iter().collect())
}

struct Watching {
    wanted: HashSet<NurseryId>,
    told: broadcast::Receiver<Changed>,
    ends: Instant,
    /// Whether the first line was sent, by which the page knows that it listens.
    greeted: bool,
    _place: Place,
}

impl Watching {
    /// What is sent next; None ends the stream.
    async fn next(mut self) -> Option<(Result<Bytes, std::convert::Infallible>, Self)> {
        if !self.greeted {
            self.greeted = true;
            return Some((Ok(Bytes::from_static(b": watching\n\n")), self));
        }
        if Instant::now() >= self.ends {
            return None;
        }
        let text = match self.hear().await? {
            Heard::Nothing => ":\n\n".to_owned(),
            Heard::Changed(ids) => {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                format!("event: places\ndata: {}\n\n", ids.join(","))
            }
        };
        Some((Ok(Bytes::from(text)), self))
    }

    /// The ids that changed, or that nothing did for a while. None when the server stops.
    async fn hear(&mut self) -> Option<Heard> {
        let silent_until = Instant::now() + BEAT;
        let mut changed = loop {
            match timeout_at(silent_until, self.told.recv()).await {
                Err(_) => return Some(Heard::Nothing),
                Ok(Err(RecvError::Closed)) => return None,
                // What was missed may have been about any of them.
                Ok(Err(RecvError::Lagged(_))) => break self.wanted.clone(),
                Ok(Ok(ids)) => {
                    let ours = self.ours(&ids);
                    if !ours.is_empty() {
                        break ours;
                    }
                }
            }
        };
        sleep_until(Instant::now() + GATHER).await;
        loop {
            match self.told.try_recv() {
                Ok(ids) => changed.extend(self.ours(&ids)),
                Err(broadcast::error::TryRecvError::Lagged(_)) => changed.clone_from(&self.wanted),
                Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => break,
            }
        }
        Some(Heard::Changed(changed))
    }

    fn ours(&self, ids: &[NurseryId]) -> HashSet<NurseryId> {
        ids.iter().filter(|id| self.wanted.contains(id)).copied().collect()
    }
}

enum Heard {
    Nothing,
    Changed(HashSet<NurseryId>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_sixty_ids_are_watched_and_nothing_else_is_asked() {
        let id = NurseryId::new();
        let many = vec![format!("id={id}"); 61].join("&");
        let cases = [
            ("", false),
            ("id=", false),
            ("id=1", false),
            (&*format!("id={id}"), true),
            (&*format!("id={id}&id={}", NurseryId::new()), true),
            (&*format!("id={id}&since=3"), false),
            (&*many, false),
        ];
        for (query, is_good) in cases {
            assert_eq!(ids(query).is_ok(), is_good, "{query}");
        }
    }
}
