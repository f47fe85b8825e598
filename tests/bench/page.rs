//! `page_vs_fixed`: the results page against the same view over recorded answers.
//!
//! No record tells what parents ask for. We assume: half of the pages are the page as it opens, three in ten follow a
//! chip or a day of the strip, two in ten ask for hours of a day. Every page has a place of its own. `page_new_vs_fixed`
//! is for orientation: questions that nobody has asked before, each about hours of its own.

use std::{collections::BTreeMap, path::PathBuf};

use doorstep_shared::{nurseries::Districts, slots::SlotPage};
use serde::{Deserialize, Serialize};

use crate::{
    city::{City, Question, questions, write_paths},
    figures::{Figures, Goal},
    load,
    process::Running,
};

/// What the peer answers a page's calls with.
#[derive(Serialize, Deserialize)]
pub struct Recorded {
    pub page: SlotPage,
    pub districts: Districts,
    pub bundle: Option<String>,
    pub files: BTreeMap<String, String>,
}

const ROUNDS: usize = 5;
const SECONDS: u32 = 3;
/// New questions of a round: more than are answered in it.
const NEW: usize = 2_000;

pub fn run(figures: &mut Figures) -> Result<(), String> {
    let city = City::make(10_000, false)?;
    let server = city.serve()?;
    let asked = questions(&server, 1_000)?;
    let mixed = asked.iter().enumerate().map(|(turn, question)| match turn % 10 {
        0..5 => question.opened(),
        5..8 => question.chosen(turn / 10),
        _ => question.page(),
    });
    let mixed = write_paths(&city.folder, "pages", mixed)?;
    // Each round has its own: a server that is asked the same again has counted already.
    let new: Result<Vec<_>, String> = questions(&server, ROUNDS * NEW)?
        .chunks(NEW)
        .enumerate()
        .map(|(round, asked)| write_paths(&city.folder, &format!("new-{round}"), asked.iter().map(Question::page)))
        .collect();
    let first = asked.first().ok_or("no question")?.page();
    let recorded_of = |path: &str| server.get(path);
    let page = serde_json::from_str(&recorded_of(&call_of(&first))?).map_err(|error| error.to_string())?;
    let districts = serde_json::from_str(&recorded_of("/api/v1/districts")?).map_err(|error| error.to_string())?;
    let (bundle, files) = crate::bundle::names()?;
    let recorded = city.folder.join("recorded.json");
    let text =
        serde_json::to_string(&Recorded { page, districts, bundle, files }).map_err(|error| error.to_string())?;
    std::fs::write(&recorded, text).map_err(|error| error.to_string())?;
    let peer = Running::peer(&["page", &recorded.display().to_string()])?;
    same_size(&server, &peer, &first)?;
    let round = |paths: &PathBuf| -> Result<(f64, f64), String> {
        let ours = load::throughput(server.port, paths, SECONDS)?;
        Ok((ours, load::throughput(peer.port, paths, SECONDS)?))
    };
    // A server counts the places of a question once and keeps the counts: this one has been asked for a while.
    round(&mixed)?;
    let rounds: Result<Vec<_>, String> = (0..ROUNDS).map(|_| round(&mixed)).collect();
    figures.add_ratio("page_vs_fixed", Goal::AtLeast(0.8), "pages/s", &rounds?);
    let rounds: Result<Vec<_>, String> = new?.iter().map(round).collect();
    figures.add_ratio("page_new_vs_fixed", Goal::None, "pages/s", &rounds?);
    Ok(())
}

/// The call that a page's address makes.
fn call_of(page: &str) -> String {
    let query = page.replace("/?at=", "/api/v1/slots?lat=").replacen(',', "&lng=", 1);
    let (before, rest) = query.split_once("&birth=").unwrap_or((&query, ""));
    let (birth, rest) = rest.split_once('&').unwrap_or((rest, ""));
    format!("{before}&birth_date={birth}-15&{rest}&facets=true")
}

/// The peer must render the same page: otherwise the ratio says nothing.
fn same_size(server: &Running, peer: &Running, path: &str) -> Result<(), String> {
    let (ours, theirs) = (server.get(path)?.len(), peer.get(path)?.len());
    let differ = ours.abs_diff(theirs) * 100 / ours.max(1);
    if differ > 5 { Err(format!("{path} has {ours} bytes, the peer's {theirs}")) } else { Ok(()) }
}
