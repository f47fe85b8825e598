//! `page_vs_fixed`: the results page against the same view over recorded answers.

use std::collections::BTreeMap;

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

pub fn run(figures: &mut Figures) -> Result<(), String> {
    let city = City::make(10_000, false)?;
    let server = city.serve()?;
    let asked = questions(&server, 1_000)?;
    let paths = write_paths(&city.folder, "pages", asked.iter().map(Question::page))?;
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
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let ours = load::throughput(server.port, &paths, SECONDS)?;
        rounds.push((ours, load::throughput(peer.port, &paths, SECONDS)?));
    }
    figures.add_ratio("page_vs_fixed", Goal::AtLeast(0.8), "pages/s", &rounds);
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
