//! Pages that are told when places change.

use std::{net::SocketAddr, time::Duration};

use doorstep_shared::{ids::NurseryId, nurseries::CHANGES};
use doorstep_tests::{TestApp, test_on_both};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// A stream as a browser opens it.
struct Stream {
    socket: TcpStream,
    heard: String,
}

impl Stream {
    async fn open(app: &TestApp, from: &str, query: &str) -> Self {
        let address: SocketAddr = app.url().trim_start_matches("http://").parse().unwrap();
        let mut socket = TcpStream::connect(address).await.unwrap();
        let ask = format!("GET {CHANGES}?{query} HTTP/1.1\r\nHost: {address}\r\nX-Forwarded-For: {from}\r\n\r\n");
        socket.write_all(ask.as_bytes()).await.unwrap();
        let mut stream = Self { socket, heard: String::new() };
        assert!(stream.hears("\r\n\r\n", Duration::from_secs(10)).await, "{}", stream.heard);
        stream
    }

    async fn watching(app: &TestApp, nurseries: &[NurseryId]) -> Self {
        let query: Vec<_> = nurseries.iter().map(|id| format!("id={id}")).collect();
        let mut stream = Self::open(app, "198.51.100.7", &query.join("&")).await;
        assert!(stream.hears(": watching", Duration::from_secs(10)).await, "{}", stream.heard);
        stream
    }

    fn status(&self) -> u16 {
        self.heard.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }

    /// Whether this comes before the time is over.
    async fn hears(&mut self, text: &str, patience: Duration) -> bool {
        let waiting = async {
            let mut bytes = [0; 4096];
            while !self.heard.contains(text) {
                match self.socket.read(&mut bytes).await {
                    Ok(0) | Err(_) => return false,
                    Ok(count) => self.heard.push_str(&String::from_utf8_lossy(&bytes[..count])),
                }
            }
            true
        };
        timeout(patience, waiting).await.unwrap_or(false)
    }
}

#[test_on_both]
async fn a_page_hears_which_nursery_has_changed_and_nothing_of_others(app: TestApp) {
    let (one, other) = (app.offer().places(3).hourly().create().await, app.offer().places(3).hourly().create().await);
    let mut of_one = Stream::watching(&app, &[one.nursery]).await;
    let mut of_both = Stream::watching(&app, &[one.nursery, other.nursery]).await;
    let ann = app.family("Ann").await;
    ann.book(&other, "09:00-11:00").await.unwrap();
    assert!(of_both.hears(&format!("event: places\ndata: {}", other.nursery), Duration::from_secs(10)).await);
    ann.book(&one, "13:00-15:00").await.unwrap();
    assert!(of_one.hears(&format!("event: places\ndata: {}", one.nursery), Duration::from_secs(10)).await);
    assert!(!of_one.heard.contains(&other.nursery.to_string()), "{}", of_one.heard);
    let header = of_one.heard.to_lowercase();
    assert!(header.contains("content-type: text/event-stream") && header.contains("cache-control: no-store"));
    assert!(!header.contains("content-encoding: gzip"), "nothing may gather what is sent");
}

#[test_on_both]
async fn what_another_server_books_is_heard_too(app: TestApp) {
    let beside = app.beside().await;
    let offer = app.offer().places(3).hourly().create().await;
    let ann = app.family("Ann").await;
    let mut stream = Stream::watching(&beside, &[offer.nursery]).await;
    ann.book(&offer, "09:00-11:00").await.unwrap();
    assert!(stream.hears(&format!("data: {}", offer.nursery), Duration::from_secs(10)).await, "{}", stream.heard);
}

#[test_on_both]
async fn a_stream_about_nothing_or_everything_is_refused(app: TestApp) {
    let many = vec![format!("id={}", NurseryId::new()); 61].join("&");
    for query in ["", "id=", "id=1", "since=1", &many] {
        assert_eq!(Stream::open(&app, "198.51.100.8", query).await.status(), 400, "{query}");
    }
}

/// Kilobytes that this process holds.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The most that one address may have open.
const AT_ONCE: usize = 500;

#[test_on_both]
async fn ten_thousand_streams_opened_and_closed_leave_nothing_behind(app: TestApp) {
    let offer = app.offer().places(3).hourly().create().await;
    let query = format!("id={}", offer.nursery);
    let mut settled_kb = 0;
    for round in 0..20 {
        let mut open = Vec::with_capacity(AT_ONCE);
        for _ in 0..AT_ONCE {
            let began = std::time::Instant::now();
            // Those of the round before are noticed to be gone, each when its connection is.
            let stream = loop {
                let stream = Stream::open(&app, "198.51.100.9", &query).await;
                match stream.status() {
                    200 => break stream,
                    status => assert_eq!(status, 429),
                }
                assert!(began.elapsed() < Duration::from_secs(60), "the streams of round {round} are not given back");
                tokio::time::sleep(Duration::from_millis(20)).await;
            };
            open.push(stream);
        }
        if round == 0 {
            assert_eq!(Stream::open(&app, "198.51.100.9", &query).await.status(), 429, "one address has its measure");
            assert_eq!(Stream::open(&app, "198.51.100.10", &query).await.status(), 200, "others have theirs");
        }
        drop(open);
        if round == 4 {
            settled_kb = resident_kb();
        }
    }
    let grown_kb = resident_kb().saturating_sub(settled_kb);
    assert!(grown_kb < 4_096, "7,500 more streams left {grown_kb} kB behind");
}
