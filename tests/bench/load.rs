//! Load over plain HTTP/1.1: wrk for throughput, our own blocking client for latencies and for calls that differ.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::Command,
    sync::{
        Barrier, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::process::LOAD_CORE;

/// Connections of a throughput measurement.
pub const CLIENTS: usize = 64;
/// What each client of an open loop asks before the clock runs.
const WARM_UP: usize = 20;

pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// One kept-alive connection.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    pub fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self(BufReader::with_capacity(32 * 1024, stream)))
    }

    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n"))
    }

    pub fn post(&mut self, path: &str, headers: &str, body: &str) -> io::Result<Answer> {
        self.send(&post_request(path, headers, body))
    }

    pub fn send(&mut self, request: &str) -> io::Result<Answer> {
        self.0.get_mut().write_all(request.as_bytes())?;
        let (mut line, mut length, mut chunked) = (String::new(), 0, false);
        self.0.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("not an answer: {line:?}")))?;
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
            chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
        }
        let mut body = vec![0; length];
        if chunked {
            body = self.chunks()?;
        } else {
            self.0.read_exact(&mut body)?;
        }
        Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let (mut body, mut line) = (Vec::new(), String::new());
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            let mut chunk = vec![0; size + 2];
            self.0.read_exact(&mut chunk)?;
            chunk.truncate(size);
            if size == 0 {
                return Ok(body);
            }
            body.extend(chunk);
        }
    }
}

/// `headers` are whole lines.
pub fn post_request(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         {headers}\r\n{body}"
    )
}

/// Requests a second with 64 connections, each sending the paths in turn.
pub fn throughput(port: u16, paths: &Path, seconds: u32) -> Result<f64, String> {
    let script = paths.with_extension("lua");
    std::fs::write(&script, SCRIPT.replace("PATHS", &paths.display().to_string())).map_err(|e| e.to_string())?;
    let output = Command::new("taskset")
        .args(["--cpu-list", LOAD_CORE, "wrk", "--threads", "1", "--connections", &CLIENTS.to_string()])
        .args(["--duration", &format!("{seconds}s"), "--script"])
        .arg(&script)
        .arg(format!("http://127.0.0.1:{port}/"))
        .output()
        .map_err(|error| format!("wrk: {error} (Debian: apt-get install wrk)"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    if told.contains("Non-2xx") || told.contains("Socket errors") {
        return Err(format!("wrk met errors:\n{told}"));
    }
    let rate = told.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    rate.and_then(|rate| rate.trim().parse().ok()).ok_or_else(|| format!("wrk told no rate:\n{told}"))
}

/// Requests are made before the clock runs.
const SCRIPT: &str = r#"
local requests, at = {}, 0
function init(args)
  for path in io.lines("PATHS") do requests[#requests + 1] = wrk.format("GET", path) end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
"#;

/// Latencies in milliseconds of an open loop: requests leave by the clock, whether or not answers have come, and each
/// counts from when it should have left. The clock runs once every client has its connection and has asked on it:
/// a virtual machine may take 100 ms to give 32 new threads memory, which is not the server's.
pub fn open_loop(port: u16, paths: &[String], rate: f64, seconds: u64) -> Result<Vec<f64>, String> {
    let workers = 32;
    let (ready, clock) = (Barrier::new(workers), OnceLock::new());
    let one = |worker: usize| -> io::Result<Vec<f64>> {
        let warm = Connection::open(port).and_then(|mut connection| {
            for path in paths.iter().skip(worker).step_by(workers).take(WARM_UP) {
                connection.get(path)?;
            }
            Ok(connection)
        });
        // Even who has failed is waited for.
        ready.wait();
        let mut connection = warm?;
        let begin = *clock.get_or_init(|| Instant::now() + Duration::from_millis(10));
        let end = begin + Duration::from_secs(seconds);
        let mut latencies = Vec::with_capacity((rate * seconds as f64) as usize / workers + 1);
        for turn in 0_usize.. {
            let number = turn * workers + worker;
            let due = begin + Duration::from_secs_f64(number as f64 / rate);
            if due >= end {
                break;
            }
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let answer = connection.get(&paths[number % paths.len()])?;
            if answer.status != 200 {
                return Err(io::Error::other(format!("answered {}", answer.status)));
            }
            latencies.push(due.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(latencies)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || one(worker))).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a client panicked")?.map_err(|error| error.to_string())?);
        }
        Ok(all)
    })
}

/// Calls `one` from 64 clients for so long, with a number that no other call has; true counts. Returns calls a second.
pub fn closed_loop(
    port: u16,
    time: Duration,
    one: impl Fn(&mut Connection, usize) -> Result<bool, String> + Sync,
) -> Result<f64, String> {
    let (next, counted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let client = || -> Result<(), String> {
            let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
            while begun.elapsed() < time {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if one(&mut connection, number)? {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok(())
        };
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        for thread in threads {
            thread.join().map_err(|_| "a client panicked")??;
        }
        Ok(counted.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
    })
}

/// Calls `one` from 64 clients with each number below `count`; what it gave, by number.
pub fn each<T: Send>(
    port: u16,
    count: usize,
    one: impl Fn(&mut Connection, usize) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let client = || -> Result<Vec<(usize, T)>, String> {
            let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
            let mut given = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(given);
                }
                given.push((number, one(&mut connection, number)?));
            }
        };
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a client panicked")??);
        }
        all.sort_by_key(|(number, _)| *number);
        Ok(all.into_iter().map(|(_, given)| given).collect())
    })
}

/// Keeps this program, and so the threads it starts from now on, on the load's core.
pub fn pin_this_program() {
    let this = std::process::id().to_string();
    // Without it the figures are only noisier.
    let _ = Command::new("taskset").args(["--all-tasks", "--cpu-list", "--pid", LOAD_CORE, &this]).output();
}

pub fn percentile(values: &[f64], per_cent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * per_cent / 100.0) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}
