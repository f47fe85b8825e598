//! `search_*`: throughput against a static handler and against PostGIS, tail latency, growth.

use std::collections::HashSet;

use doorstep_shared::slots::SlotPage;

use crate::{
    city::{City, Question, questions, write_paths},
    figures::{Figures, Goal, median},
    load,
    postgis::Postgis,
    process::Running,
};

const ROUNDS: usize = 5;
/// Seconds of one round.
const SECONDS: u32 = 3;

pub fn run(figures: &mut Figures) -> Result<(), String> {
    let city = City::make(10_000, false)?;
    let server = city.serve()?;
    let asked = questions(&server, 10_000)?;
    let paths = write_paths(&city.folder, "search", asked.iter().map(Question::path))?;
    let bytes = average_bytes(&server, &asked)?;

    let peer = Running::peer(&["static", &bytes.to_string()])?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let ours = load::throughput(server.port, &paths, SECONDS)?;
        rounds.push((ours, load::throughput(peer.port, &paths, SECONDS)?));
    }
    drop(peer);
    figures.add_ratio("search_vs_static", Goal::AtLeast(0.25), "requests/s", &rounds);

    let fastest = median(&rounds.iter().map(|(ours, _)| *ours).collect::<Vec<_>>());
    tail(figures, "search_p99_ms_10k", 5.0, &server, &asked, fastest / 2.0)?;

    let postgis = Postgis::of(&server, &city)?;
    let peer = postgis.serve()?;
    let wrong = differences(&server, &peer, &asked)?;
    figures.add(
        "search_answers_differ",
        wrong as f64,
        "of 300",
        Goal::Exactly(0.0),
        "nurseries found, against PostGIS",
    );
    if wrong > 0 {
        return Err("PostGIS and the index find different nurseries".to_owned());
    }
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let ours = load::throughput(server.port, &paths, SECONDS)?;
        rounds.push((ours, load::throughput(peer.port, &paths, SECONDS)?));
    }
    figures.add_ratio("search_vs_postgis", Goal::AtLeast(20.0), "requests/s", &rounds);
    Ok(())
}

/// Cost of one search at 1,000, 10,000 and 100,000 nurseries of equal density; and the tail at 100,000.
pub fn run_growth(figures: &mut Figures) -> Result<(), String> {
    let mut costs = Vec::new();
    for nurseries in [1_000, 10_000, 100_000] {
        let city = City::make(nurseries, false)?;
        let server = city.serve()?;
        let asked = questions(&server, 10_000)?;
        let paths = write_paths(&city.folder, "search", asked.iter().map(Question::path))?;
        let rates: Result<Vec<f64>, String> =
            (0..ROUNDS).map(|_| load::throughput(server.port, &paths, SECONDS)).collect();
        let rate = median(&rates?);
        println!("   {nurseries} nurseries: {rate:.0} searches/s");
        costs.push((f64::from(nurseries).ln(), (1.0 / rate).ln()));
        if nurseries == 100_000 {
            tail(figures, "search_p99_ms_100k", 10.0, &server, &asked, rate / 2.0)?;
        }
    }
    figures.add(
        "search_growth",
        slope(&costs),
        "slope",
        Goal::AtMost(0.1),
        "log cost against log nurseries, 1k to 100k",
    );
    Ok(())
}

fn tail(
    figures: &mut Figures,
    name: &'static str,
    goal: f64,
    server: &Running,
    asked: &[Question],
    rate: f64,
) -> Result<(), String> {
    load::pin_this_program();
    let paths: Vec<String> = asked.iter().map(Question::path).collect();
    // Our client on its one core keeps up with so many a second; above, it would measure itself.
    let rate = rate.min(8_000.0);
    let latencies = load::open_loop(server.port, &paths, rate, 8)?;
    let from = format!(
        "open loop at {rate:.0}/s, {} searches, p50 {:.2} ms",
        latencies.len(),
        load::percentile(&latencies, 50.0)
    );
    figures.add(name, load::percentile(&latencies, 99.0), "ms", Goal::AtMost(goal), from);
    Ok(())
}

fn average_bytes(server: &Running, asked: &[Question]) -> Result<usize, String> {
    let sample = &asked[..200];
    let mut bytes = 0;
    for question in sample {
        bytes += server.get(&question.path())?.len();
    }
    Ok(bytes / sample.len())
}

/// Of 300 questions, how many the two answer with different nurseries.
fn differences(server: &Running, peer: &Running, asked: &[Question]) -> Result<usize, String> {
    let mut wrong = 0;
    for question in &asked[..300] {
        let page: SlotPage = serde_json::from_str(&server.get(&question.path())?).map_err(|error| error.to_string())?;
        let ours: HashSet<String> = page.items.iter().map(|found| found.nursery.id.to_string()).collect();
        let theirs: Vec<serde_json::Value> =
            serde_json::from_str(&peer.get(&question.path())?).map_err(|error| error.to_string())?;
        let theirs: HashSet<String> =
            theirs.iter().filter_map(|row| row.get("id")?.as_str().map(str::to_owned)).collect();
        if ours != theirs {
            println!("   {} finds {} against {}", question.path(), ours.len(), theirs.len());
            wrong += 1;
        }
    }
    Ok(wrong)
}

/// Least squares.
pub fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let (mut over, mut under) = (0.0, 0.0);
    for (px, py) in points {
        over += (px - x) * (py - y);
        under += (px - x).powi(2);
    }
    over / under
}
